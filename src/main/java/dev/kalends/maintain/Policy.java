package dev.kalends.maintain;

import dev.kalends.config.LifecycleConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.failure.ShellCommand;
import dev.kalends.plan.Scheme;
import dev.kalends.plan.SetSpec;
import org.jspecify.annotations.Nullable;

/// What is wanted for a partitioned table: what the journal fixed, and what the configuration says
/// about times to come.
///
/// @param scheme how partitions to come are cut
/// @param ahead how many partitions after the current one exist beforehand
record Policy(Scheme scheme, int ahead, LifecycleConfig lifecycle) {
    /// @param wish null if the configuration does not have the table
    /// @throws KalendsException REFUSED if the configuration wants another key
    static Policy of(SetSpec spec, @Nullable TableConfig wish) {
        if (wish == null) {
            return new Policy(spec.scheme(), spec.ahead(), LifecycleConfig.none());
        }
        if (!wish.partition().key().equals(spec.scheme().key())) {
            throw otherKey(spec, wish);
        }
        return switch (wish.partition()) {
            case PartitionConfig.ByTime times when spec.scheme() instanceof Scheme.TimeRange now ->
                    new Policy(
                            new Scheme.TimeRange(
                                    now.key(),
                                    now.format(),
                                    times.timeZone(),
                                    times.every(),
                                    times.names(),
                                    now.collation(),
                                    now.timeCheck()),
                            times.ahead(),
                            wish.lifecycle());
            case PartitionConfig.ByNumber numbers
                    when spec.scheme() instanceof Scheme.NumberRange now ->
                    new Policy(
                            new Scheme.NumberRange(now.key(), numbers.every(), numbers.names()),
                            numbers.ahead(),
                            wish.lifecycle());
            case PartitionConfig.ByHash _ when spec.scheme() instanceof Scheme.Hash ->
                    new Policy(spec.scheme(), spec.ahead(), wish.lifecycle());
            case PartitionConfig.ByList _ when spec.scheme() instanceof Scheme.Listed ->
                    new Policy(spec.scheme(), spec.ahead(), wish.lifecycle());
            default -> throw otherKey(spec, wish);
        };
    }

    private static KalendsException otherKey(SetSpec spec, TableConfig wish) {
        return new KalendsException(
                FailureCode.REFUSED,
                "%s is partitioned %s, and the configuration wants the key %s, or another way to cut it."
                        .formatted(spec.table(), spec.scheme().words(), wish.partition().key()),
                "Nothing was done to this table.",
                "Correct its partition section. A table that was partitioned anew is taken over with %s."
                        .formatted(ShellCommand.of("adopt", spec.table())));
    }
}
