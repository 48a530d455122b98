package dev.kalends.migrate;

import dev.kalends.catalog.Feature;
import dev.kalends.catalog.FeatureKind;
import dev.kalends.catalog.ForeignKey;
import dev.kalends.catalog.Inventory;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.InventoryReader;
import dev.kalends.plan.Contract;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Stops the migration when somebody else changed the table, or switched the capture of writes off.
final class SchemaWatch {
    private static final Duration FRESH = Duration.ofSeconds(1);

    private static final Set<FeatureKind> FOREIGN_KEYS =
            EnumSet.of(FeatureKind.FOREIGN_KEY, FeatureKind.INCOMING_FOREIGN_KEY);

    private final MigrationSpec spec;
    private volatile Instant lookedAt = Instant.EPOCH;

    SchemaWatch(MigrationSpec spec) {
        this.spec = spec;
    }

    private static final Sql PLACE =
            Sql.of(
                    """
                    SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                                    WHERE c.oid = ? AND n.nspname = ? AND c.relname = ?),
                           (SELECT count(*) FROM pg_trigger g WHERE g.tgrelid = ? AND g.tgenabled = 'A'
                               AND g.tgname IN ('kalends_capture', 'kalends_truncate', 'kalends_refuse'))
                    """);

    private record Place(boolean there, long triggers) {}

    /// @throws KalendsException SCHEMA_CHANGED or CAPTURE_BROKEN
    void check(Session session) {
        checkTable(session);
        if (place(session).triggers() < (spec.keyless() ? 3 : 2)) {
            throw new KalendsException(
                    FailureCode.CAPTURE_BROKEN,
                    "The triggers that capture the writes to %s are gone or switched off."
                            .formatted(spec.table()),
                    "The table is untouched, but writes made since may be missing in the twin.",
                    "Run kalends migrate --abort for the table and start again.");
        }
    }

    /// For work in steps of milliseconds: checks again when the last look is a second old.
    void checkNowAndThen(Session session, Clock clock) {
        Instant now = clock.instant();
        if (lookedAt.plus(FRESH).isBefore(now)) {
            check(session);
            lookedAt = now;
        }
    }

    /// The table alone, without the capture.
    void checkTable(Session session) {
        if (!place(session).there()) {
            throw changed(List.of("is no longer the table that the migration began with"));
        }
        List<String> changes =
                spec.source()
                        .inventory()
                        .changesTo(InventoryReader.read(session, spec.source().oid()));
        if (!changes.isEmpty()) {
            throw changed(changes);
        }
    }

    private Place place(Session session) {
        long oid = spec.source().oid();
        return session.one(
                PLACE,
                row -> new Place(row.truth(1), row.number(2)),
                oid,
                spec.table().schema().value(),
                spec.table().name().value(),
                oid);
    }

    private KalendsException changed(List<String> changes) {
        return changed(spec, changes);
    }

    static KalendsException changed(MigrationSpec spec, List<String> changes) {
        return new KalendsException(
                FailureCode.SCHEMA_CHANGED,
                "%s was changed by somebody else during the conversion: %s."
                        .formatted(spec.table(), String.join("; ", changes)),
                "Nothing is lost: the application goes on with the table it uses, and writes are still captured.",
                "Undo the change and run the same command again, or run kalends migrate --abort and start"
                        + " again with the table as it is now.");
    }

    private static final Sql CAPTURING =
            Sql.of(
                    """
                    SELECT count(*) FILTER (WHERE g.tgenabled = 'A'), 1 + (SELECT count(*) FROM pg_inherits h WHERE h.inhparent = r.oid)
                      FROM (SELECT to_regclass(?)::oid AS oid) r
                      LEFT JOIN pg_trigger g ON g.tgname = 'kalends_capture'
                       AND (g.tgrelid = r.oid OR g.tgrelid IN (SELECT h.inhrelid FROM pg_inherits h WHERE h.inhparent = r.oid))
                     GROUP BY r.oid
                    """);

    /// @param root the partitioned table, before or after the switch
    /// @throws KalendsException CAPTURE_BROKEN if writes to it or to one of its partitions are not
    ///   captured
    static void refuseUncaptured(Session session, QualifiedName root, String state, String next) {
        boolean whole =
                session.one(CAPTURING, row -> row.number(1) == row.number(2), root.render());
        if (!whole) {
            throw new KalendsException(
                    FailureCode.CAPTURE_BROKEN,
                    "The triggers that capture the writes to %s are gone or switched off, on it or on a partition."
                            .formatted(root),
                    state,
                    next);
        }
    }

    /// What changed since the switch that the old table does not have. The migration's own foreign
    /// keys join the partitioned table late, and a partition that somebody added is no matter: the
    /// rows in it are replayed as all others.
    static List<String> changesAfterSwitch(MigrationSpec spec, Inventory before, Inventory now) {
        return without(spec, before, List.of())
                .changesTo(without(spec, now, newPartitions(spec, before, now)));
    }

    private static List<Feature> newPartitions(
            MigrationSpec spec, Inventory before, Inventory now) {
        return now.of(EnumSet.of(FeatureKind.INHERITANCE)).stream()
                .filter(feature -> feature.name().startsWith(spec.table().display() + ", "))
                .filter(feature -> !before.features().contains(feature))
                .toList();
    }

    private static Inventory without(
            MigrationSpec spec, Inventory inventory, List<Feature> ignored) {
        return new Inventory(
                inventory.features().stream()
                        .filter(feature -> !ignored.contains(feature))
                        .filter(feature ->
                                !FOREIGN_KEYS.contains(feature.kind())
                                        || spec.contract().references().stream()
                                                .noneMatch(each -> isOf(each, feature)))
                        .toList());
    }

    /// Whether a foreign key is the migration's own, on a table or on one of its partitions, where
    /// it comes and goes while it is validated and joined.
    private static boolean isOf(Contract.Reference reference, Feature feature) {
        ForeignKey key = reference.key();
        String incoming = key.name().value() + " of ";
        return switch (reference.direction()) {
            case OUT -> feature.name().equals(key.name().value());
            case SELF ->
                    feature.name().equals(key.name().value())
                            || feature.name().startsWith(incoming);
            case IN ->
                    Stream.concat(Stream.of(key.referencing()), key.leaves().stream())
                            .anyMatch(table ->
                                    feature.name()
                                            .equals(
                                                    incoming
                                                            + table.schema().value()
                                                            + "."
                                                            + table.name().value()));
        };
    }
}
