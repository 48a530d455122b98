package dev.kalends.cli;

import dev.kalends.calendar.PartitionNames;
import dev.kalends.config.PartitionConfig;
import dev.kalends.sql.Identifier;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a table is to be cut: what is configured, and what the options say instead.
final class PartitionWish {
    /// What only ranges of time know.
    private static final List<String> OF_TIME = List.of(Options.FORMAT, Options.TIME_ZONE);

    private final Call call;
    private final @Nullable PartitionConfig listed;

    /// @param listed null if the table is not configured
    PartitionWish(Call call, @Nullable PartitionConfig listed) {
        this.call = call;
        this.listed = listed;
    }

    /// Null if neither the options nor the configuration say enough.
    ///
    /// @throws IllegalArgumentException if options do not belong together
    @Nullable PartitionConfig read() {
        String by = call.option(Options.BY, String.class);
        Every every = call.option(Options.EVERY, Every.class);
        boolean hash =
                by == null
                        ? every == null
                                && (call.has(Options.PARTITIONS)
                                        || listed instanceof PartitionConfig.ByHash)
                        : by.equals("hash");
        if (hash) {
            refuse("--by hash", Options.EVERY, Options.FORMAT, Options.TIME_ZONE, Options.AHEAD);
            return hash();
        }
        if (call.has(Options.PARTITIONS)) {
            throw new IllegalArgumentException("--partitions belongs to --by hash");
        }
        if (every == null && by == null && listed instanceof PartitionConfig.ByList list) {
            refuse(
                    "lists of values",
                    Options.KEY,
                    Options.FORMAT,
                    Options.TIME_ZONE,
                    Options.AHEAD);
            return list;
        }
        boolean numbers =
                every == null
                        ? listed instanceof PartitionConfig.ByNumber
                        : every instanceof Every.Numbers;
        if (numbers) {
            refuse("ranges of numbers", OF_TIME.toArray(new String[0]));
            return numbers(every);
        }
        return times(every);
    }

    private void refuse(String method, String... options) {
        for (String option : options) {
            if (call.has(option)) {
                throw new IllegalArgumentException(
                        "%s does not go with %s".formatted(option, method));
            }
        }
    }

    private @Nullable PartitionConfig hash() {
        PartitionConfig.ByHash before = listed instanceof PartitionConfig.ByHash same ? same : null;
        Identifier key = key();
        Integer partitions =
                before == null
                        ? call.option(Options.PARTITIONS, Integer.class)
                        : call.option(Options.PARTITIONS, Integer.class, before.partitions());
        return key == null || partitions == null
                ? null
                : new PartitionConfig.ByHash(key, partitions, names());
    }

    private @Nullable PartitionConfig numbers(@Nullable Every every) {
        PartitionConfig.ByNumber before =
                listed instanceof PartitionConfig.ByNumber same ? same : null;
        Identifier key = key();
        if (key == null) {
            return null;
        }
        int ahead =
                call.option(
                        Options.AHEAD,
                        Integer.class,
                        before == null ? PartitionConfig.AHEAD_DEFAULT : before.ahead());
        PartitionConfig.Strays strays =
                before == null ? PartitionConfig.Strays.REFUSED : before.strays();
        if (every instanceof Every.Numbers(long count)) {
            return new PartitionConfig.ByNumber(key, count, ahead, names(), strays);
        }
        return before == null
                ? null
                : new PartitionConfig.ByNumber(key, before.every(), ahead, names(), strays);
    }

    private @Nullable PartitionConfig times(@Nullable Every every) {
        PartitionConfig.ByTime before = listed instanceof PartitionConfig.ByTime same ? same : null;
        Identifier key = key();
        if (key == null || (before == null && every == null)) {
            return null;
        }
        PartitionConfig.ByTime base =
                before == null && every instanceof Every.Time first
                        ? PartitionConfig.of(key, first.interval())
                        : before;
        if (base == null) {
            return null;
        }
        String format = key.equals(base.key()) ? base.format() : null;
        String wanted = call.option(Options.FORMAT, String.class);
        return new PartitionConfig.ByTime(
                key,
                every instanceof Every.Time time ? time.interval() : base.every(),
                wanted == null ? format : wanted,
                call.option(Options.AHEAD, Integer.class, base.ahead()),
                call.option(Options.TIME_ZONE, ZoneId.class, base.timeZone()),
                names(),
                base.strays(),
                base.collation(),
                base.timeCheck(),
                base.then());
    }

    private @Nullable Identifier key() {
        Identifier key = call.option(Options.KEY, Identifier.class);
        return key == null && listed != null ? listed.key() : key;
    }

    private PartitionNames names() {
        return listed == null ? PartitionNames.standard() : listed.names();
    }
}
