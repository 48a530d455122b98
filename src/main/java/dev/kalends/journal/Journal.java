package dev.kalends.journal;

import dev.kalends.catalog.Inventory;
import dev.kalends.pg.Row;
import dev.kalends.pg.Session;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Phase;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The durable record of migrations. Each method uses the session it is given, inside the caller's
/// transaction, so that what is recorded and what is done commit together.
public final class Journal {
    private static final DateTimeFormatter INSTANT =
            new DateTimeFormatterBuilder()
                    .append(DateTimeFormatter.ISO_LOCAL_DATE)
                    .appendLiteral(' ')
                    .append(DateTimeFormatter.ISO_LOCAL_TIME)
                    .appendOffset("+HH:mm", "+00")
                    .toFormatter(java.util.Locale.ROOT);

    private Journal() {}

    /// Creates or upgrades schema `kalends`. Not inside a transaction.
    public static void upgrade(Session session) {
        Schema.upgrade(session);
    }

    /// Upgrades schema `kalends` if there is one.
    public static void upgradeIfPresent(Session session) {
        if (exists(session)) {
            Schema.upgrade(session);
        }
    }

    public static boolean exists(Session session) {
        return Schema.version(session) > 0;
    }

    private static final String MIGRATION_COLUMNS =
            """
            SELECT id, spec, phase, phase_at, created_at, heap_pages, switched_at, settled, cleaned, stop_requested
              FROM kalends.migration
            """;
    private static final Sql ALL = Sql.of(MIGRATION_COLUMNS + " ORDER BY id");
    private static final Sql OF_TABLE =
            Sql.of(
                    MIGRATION_COLUMNS
                            + " WHERE table_schema = ? AND table_name = ? ORDER BY cleaned, id DESC LIMIT 1");
    private static final Sql BY_ID = Sql.of(MIGRATION_COLUMNS + " WHERE id = ?");

    public static List<Migration> all(Session session) {
        return session.query(ALL, Journal::migration);
    }

    /// The migration of a table that still has something to do or to clean, else the latest ended
    /// one.
    public static @Nullable Migration ofTable(Session session, QualifiedName table) {
        return session.oneOrNull(
                OF_TABLE, Journal::migration, table.schema().value(), table.name().value());
    }

    private static final Sql GROUP =
            Sql.of(
                    MIGRATION_COLUMNS
                            + " WHERE id = ? OR group_id = (SELECT group_id FROM kalends.migration WHERE id = ?) ORDER BY id");

    /// The migrations of all tables that are switched together with one, itself included.
    public static List<Migration> group(Session session, long id) {
        return session.query(GROUP, Journal::migration, id, id);
    }

    private static final Sql TIE = Sql.of("UPDATE kalends.migration SET group_id = ? WHERE id = ?");

    /// Makes migrations one, which is switched in one transaction.
    public static void tie(Session session, List<Long> ids) {
        ids.forEach(id -> session.update(TIE, ids.getFirst(), id));
    }

    public static Migration byId(Session session, long id) {
        return session.one(BY_ID, Journal::migration, id);
    }

    private static Migration migration(Row row) {
        String switched = row.textOrNull(7);
        return new Migration(
                row.number(1),
                SpecJson.read(row.text(2)),
                Phase.valueOf(row.text(3)),
                instant(row.text(4)),
                instant(row.text(5)),
                row.numberOrNull(6),
                switched == null ? null : instant(switched),
                row.truth(8) ? Migration.Settlement.SETTLED : Migration.Settlement.UNSETTLED,
                row.truth(9) ? Migration.Remains.CLEANED : Migration.Remains.PRESENT,
                row.truth(10) ? Migration.StopRequest.REQUESTED : Migration.StopRequest.NONE);
    }

    private static java.time.Instant instant(String text) {
        return OffsetDateTime.parse(text, INSTANT).toInstant();
    }

    private static final Sql CREATE =
            Sql.of(
                    """
                    INSERT INTO kalends.migration (table_schema, table_name, table_oid, phase, spec)
                    VALUES (?, ?, ?::bigint::oid, 'PREPARED', ?) RETURNING id
                    """);
    private static final Sql CREATE_LEAF =
            Sql.of(
                    """
                    INSERT INTO kalends.leaf (migration_id, name, bounds) VALUES (?, ?, ?)
                    """);

    /// Records a new migration in phase PREPARED, with its partitions.
    ///
    /// @return its id
    public static long create(Session session, MigrationSpec spec) {
        long id =
                session.one(
                        CREATE,
                        row -> row.number(1),
                        spec.table().schema().value(),
                        spec.table().name().value(),
                        spec.source().oid(),
                        SpecJson.write(spec));
        for (Partition partition : spec.partitions()) {
            addLeaf(session, id, partition);
        }
        return id;
    }

    public static void addLeaf(Session session, long id, Partition partition) {
        session.update(
                CREATE_LEAF, id, partition.name().value(), SpecJson.write(partition.bounds()));
    }

    private static final Sql ADVANCE =
            Sql.of(
                    """
                    UPDATE kalends.migration SET phase = ?, phase_at = clock_timestamp()
                     WHERE id = ? AND phase = ?
                    """);

    /// Moves a migration from one phase to the next.
    ///
    /// @return whether it was in that phase; otherwise another process has moved it
    public static boolean advance(Session session, long id, Phase from, Phase to) {
        boolean moved = session.update(ADVANCE, to.name(), id, from.name()) == 1;
        if (moved) {
            record(session, id, "phase", from + " to " + to);
        }
        return moved;
    }

    private static final Sql RECORD =
            Sql.of("INSERT INTO kalends.event (migration_id, kind, message) VALUES (?, ?, ?)");

    /// Writes an entry of the audit trail.
    public static void record(Session session, long id, String kind, String message) {
        session.update(RECORD, id, kind, message);
    }

    private static final Sql EVENTS =
            Sql.of(
                    """
                    SELECT at, actor, kind, message FROM kalends.event
                     WHERE migration_id = ? ORDER BY id DESC LIMIT ?
                    """);

    /// The latest entries of the audit trail, newest first.
    public static List<Event> events(Session session, long id, int limit) {
        return session.query(
                EVENTS,
                row -> new Event(instant(row.text(1)), row.text(2), row.text(3), row.text(4)),
                id,
                limit);
    }

    private static final Sql LOCK =
            Sql.of("SELECT id FROM kalends.migration WHERE id = ? FOR NO KEY UPDATE");

    /// Keeps other sessions of the same migration out until this transaction ends.
    public static void lock(Session session, long id) {
        session.one(LOCK, row -> row.number(1), id);
    }

    private static final Sql LEAVES =
            Sql.of(
                    """
                    SELECT name, bounds,
                           CASE WHEN validated_at IS NOT NULL THEN 'VALIDATED' WHEN vacuumed_at IS NOT NULL THEN 'VACUUMED'
                                WHEN indexed_at IS NOT NULL THEN 'INDEXED' ELSE 'ATTACHED' END,
                           rows, checksum::text
                      FROM kalends.leaf WHERE migration_id = ?
                    """);

    /// All partitions of a migration in their order, also those made while it ran.
    public static List<Leaf> leaves(Session session, long id) {
        List<Leaf> leaves =
                session.query(
                        LEAVES,
                        row -> {
                            String checksum = row.textOrNull(5);
                            return new Leaf(
                                    new Partition(
                                            Identifier.of(row.text(1)),
                                            SpecJson.readBounds(row.text(2))),
                                    Leaf.Progress.valueOf(row.text(3)),
                                    row.numberOrNull(4),
                                    checksum == null ? null : new BigDecimal(checksum));
                        },
                        id);
        return leaves.stream()
                .sorted(Comparator.comparing(Leaf::partition, Partition.ORDER))
                .toList();
    }

    private static final Sql CLAIM_LEAF =
            Sql.of("SELECT name FROM kalends.leaf WHERE migration_id = ? AND name = ? FOR UPDATE");

    private static final Sql CLAIM_UNINDEXED =
            Sql.of(
                    """
                    SELECT name FROM kalends.leaf
                     WHERE migration_id = ? AND name = ? AND indexed_at IS NULL FOR UPDATE
                    """);

    /// Takes a partition for this transaction.
    ///
    /// @return false if it is indexed already
    public static boolean claimUnindexed(Session session, long id, Partition partition) {
        return !session.query(CLAIM_UNINDEXED, row -> row.text(1), id, partition.name().value())
                .isEmpty();
    }

    /// Takes a partition for this transaction; see [#claim].
    public static void claim(Session session, long id, Partition partition) {
        session.query(CLAIM_LEAF, row -> row.text(1), id, partition.name().value());
    }

    private static final Sql LEAF_INDEXED =
            Sql.of(
                    "UPDATE kalends.leaf SET indexed_at = clock_timestamp() WHERE migration_id = ? AND name = ?");
    private static final Sql LEAF_VACUUMED =
            Sql.of(
                    "UPDATE kalends.leaf SET vacuumed_at = clock_timestamp() WHERE migration_id = ? AND name = ?");
    private static final Sql LEAF_VALIDATED =
            Sql.of(
                    """
                    UPDATE kalends.leaf SET validated_at = clock_timestamp(), rows = ?, checksum = ?
                     WHERE migration_id = ? AND name = ?
                    """);

    public static void indexed(Session session, long id, Partition partition) {
        session.update(LEAF_INDEXED, id, partition.name().value());
    }

    public static void vacuumed(Session session, long id, Partition partition) {
        session.update(LEAF_VACUUMED, id, partition.name().value());
    }

    public static void validated(
            Session session, long id, Partition partition, long rows, BigDecimal checksum) {
        session.update(LEAF_VALIDATED, rows, checksum, id, partition.name().value());
    }

    private static final Sql COUNTS =
            Sql.of(
                    """
                    SELECT c.chunks, c.copied, c.rows, l.leaves, l.indexed, l.validated
                      FROM (SELECT count(*) AS chunks, count(copied_at) AS copied, coalesce(sum(rows), 0) AS rows
                              FROM kalends.chunk WHERE migration_id = ?) c,
                           (SELECT count(*) AS leaves, count(indexed_at) AS indexed, count(validated_at) AS validated
                              FROM kalends.leaf WHERE migration_id = ?) l
                    """);

    public static Counts counts(Session session, long id) {
        return session.one(
                COUNTS,
                row ->
                        new Counts(
                                row.number(1),
                                row.number(2),
                                row.number(3),
                                row.number(4),
                                row.number(5),
                                row.number(6)),
                id,
                id);
    }

    private static final Sql SWITCHED =
            Sql.of(
                    """
                    UPDATE kalends.migration SET switched_at = clock_timestamp(), settled = false WHERE id = ?
                    """);
    private static final Sql SWITCHED_INVENTORY =
            Sql.of("SELECT switched_inventory FROM kalends.migration WHERE id = ?");
    private static final Sql UNSETTLED =
            Sql.of("UPDATE kalends.migration SET settled = false WHERE id = ?");
    private static final Sql SETTLED =
            Sql.of(
                    """
                    UPDATE kalends.migration SET settled = true WHERE id = ?
                    """);
    private static final Sql CLEANED =
            Sql.of("UPDATE kalends.migration SET cleaned = true, settled = true WHERE id = ?");

    /// Notes the switch.
    public static void switched(Session session, long id) {
        session.update(SWITCHED, id);
    }

    private static final Sql NOTE_INVENTORY =
            Sql.of("UPDATE kalends.migration SET switched_inventory = ? WHERE id = ?");

    /// Notes what the partitioned table carries after the switch.
    public static void noteInventory(Session session, long id, Inventory inventory) {
        session.update(NOTE_INVENTORY, SpecJson.write(inventory), id);
    }

    /// What the partitioned table carried after the switch; null if that was not noted yet.
    public static @Nullable Inventory switchedInventory(Session session, long id) {
        String json = session.query(SWITCHED_INVENTORY, Journal::inventoryText, id).getFirst();
        return json.isEmpty() ? null : SpecJson.readInventory(json);
    }

    private static String inventoryText(Row row) {
        String json = row.textOrNull(1);
        return json == null ? "" : json;
    }

    public static void unsettled(Session session, long id) {
        session.update(UNSETTLED, id);
    }

    public static void settled(Session session, long id) {
        session.update(SETTLED, id);
    }

    public static void cleaned(Session session, long id) {
        session.update(CLEANED, id);
    }

    private static final Sql REQUEST_STOP =
            Sql.of("UPDATE kalends.migration SET stop_requested = true WHERE id = ?");
    private static final Sql CLEAR_STOP =
            Sql.of(
                    "UPDATE kalends.migration SET stop_requested = false WHERE id = ? AND stop_requested");
    private static final Sql STOP_REQUESTED =
            Sql.of("SELECT stop_requested FROM kalends.migration WHERE id = ?");

    public static void requestStop(Session session, long id) {
        session.update(REQUEST_STOP, id);
    }

    public static void clearStop(Session session, long id) {
        session.update(CLEAR_STOP, id);
    }

    public static boolean stopRequested(Session session, long id) {
        return session.one(STOP_REQUESTED, row -> row.truth(1), id);
    }

    private static final Sql LOCK_MIGRATIONS =
            Sql.of("LOCK TABLE kalends.migration IN ACCESS EXCLUSIVE MODE");
    private static final Sql DROP_SCHEMA = Sql.of("DROP SCHEMA kalends CASCADE");
    private static final Sql OTHERS =
            Sql.of(
                    """
                    SELECT count(*) + (SELECT count(*) FROM kalends.partition_set)
                           + (SELECT count(*) FROM kalends.scheduled_tasks)
                      FROM kalends.migration m
                     WHERE m.id <> ? AND NOT (m.phase = 'ROLLED_BACK' AND m.switched_at IS NULL AND m.cleaned)
                    """);

    /// Removes the journal itself when nothing but aborted migrations was ever recorded in it.
    ///
    /// @return whether it was removed
    public static boolean dropIfUnused(Session session, long id) {
        return session.transaction(
                Session.Isolation.READ_COMMITTED,
                () -> {
                    // Nobody may begin a migration between the look and the drop.
                    session.execute(LOCK_MIGRATIONS);
                    if (session.one(OTHERS, row -> row.number(1), id) > 0) {
                        return false;
                    }
                    session.execute(DROP_SCHEMA);
                    return true;
                });
    }
}
