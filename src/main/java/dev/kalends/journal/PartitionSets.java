package dev.kalends.journal;

import dev.kalends.pg.Row;
import dev.kalends.pg.Session;
import dev.kalends.plan.SetSpec;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The durable record of partitioned tables under maintenance: what they are, what was agreed, and
/// what is under way. As [Journal], inside the caller's transaction.
public final class PartitionSets {
    private PartitionSets() {}

    /// A partitioned table under maintenance.
    ///
    /// @param oid which the table had when it was taken over; another one is another table
    /// @param migration that it came from; null if it was adopted
    /// @param standing of that migration
    /// @param agreedRemoval what somebody said yes to, as `LifecycleConfig.removal` words it; null
    ///   if nobody did yet
    public record Maintained(
            long id,
            QualifiedName table,
            long oid,
            @Nullable Long migration,
            Standing standing,
            SetSpec spec,
            @Nullable String agreedRemoval) {}

    /// Whether the old table of a conversion still waits.
    public enum Standing {
        /// It does, so that a rollback is possible: partitions may only be added.
        OPEN,
        SETTLED
    }

    private static final Sql ALL =
            Sql.of(
                    """
                    SELECT s.id, s.table_schema, s.table_name, s.table_oid, s.migration_id, s.spec, s.agreed_removal,
                           EXISTS (SELECT FROM kalends.migration m WHERE m.table_schema = s.table_schema
                                      AND m.table_name = s.table_name AND NOT m.cleaned)
                      FROM kalends.partition_set s ORDER BY s.id
                    """);

    /// All of them, oldest first.
    public static List<Maintained> all(Session session) {
        return session.query(ALL, PartitionSets::record);
    }

    private static Maintained record(Row row) {
        return new Maintained(
                row.number(1),
                QualifiedName.of(row.text(2), row.text(3)),
                row.number(4),
                row.numberOrNull(5),
                row.truth(8) ? Standing.OPEN : Standing.SETTLED,
                SpecJson.readSet(row.text(6)),
                row.textOrNull(7));
    }

    private static final Sql FORGET =
            Sql.of(
                    "DELETE FROM kalends.partition_set WHERE table_oid = ?::bigint::oid OR (table_schema = ? AND table_name = ?)");
    private static final Sql FORGET_OTHERS =
            Sql.of(
                    "DELETE FROM kalends.partition_set WHERE table_oid <> ?::bigint::oid AND table_schema = ? AND table_name = ?");
    private static final Sql TAKE =
            Sql.of(
                    """
                    INSERT INTO kalends.partition_set AS s (table_schema, table_name, table_oid, migration_id, spec)
                    VALUES (?, ?, ?::bigint::oid, ?, ?)
                    ON CONFLICT (table_oid) DO UPDATE
                       SET table_schema = excluded.table_schema, table_name = excluded.table_name,
                           migration_id = excluded.migration_id, spec = excluded.spec, taken_over_at = clock_timestamp(),
                           agreed_removal = NULL, agreed_at = NULL, agreed_by = NULL
                    RETURNING s.id
                    """);

    /// Takes a table over, anew if it was under maintenance before: what was agreed then is not
    /// agreed now; what the journal knows of its partitions stays, if it is the same table.
    ///
    /// @param migration that it came from; null if it is adopted
    /// @return its id
    public static long take(
            Session session, SetSpec spec, long tableOid, @Nullable Long migration) {
        String schema = spec.table().schema().value();
        String table = spec.table().name().value();
        session.update(FORGET_OTHERS, tableOid, schema, table);
        long set =
                session.one(
                        TAKE,
                        row -> row.number(1),
                        schema,
                        table,
                        tableOid,
                        migration,
                        SpecJson.write(spec));
        Archives.takeOver(session, set, spec.table());
        return set;
    }

    /// Ends the maintenance of a table.
    ///
    /// @return whether it was under maintenance
    public static boolean release(Session session, QualifiedName table, long tableOid) {
        return session.update(FORGET, tableOid, table.schema().value(), table.name().value()) > 0;
    }

    private static final Sql RELEASE_MIGRATED =
            Sql.of("DELETE FROM kalends.partition_set WHERE migration_id = ?");

    /// Ends the maintenance of the table that a migration made, which was switched back.
    public static void releaseMigrated(Session session, long migration) {
        session.update(RELEASE_MIGRATED, migration);
    }

    private static final Sql AGREE =
            Sql.of(
                    """
                    UPDATE kalends.partition_set
                       SET agreed_removal = ?, agreed_at = clock_timestamp(), agreed_by = session_user WHERE id = ?
                    """);

    /// Notes that somebody said yes to what a policy removes.
    public static void agree(Session session, long set, String removal) {
        session.update(AGREE, removal, set);
        note(session, set, "agree", removal);
    }

    private static final Sql NOTE =
            Sql.of(
                    """
                    INSERT INTO kalends.event (set_id, migration_id, kind, message)
                    SELECT id, migration_id, ?, ? FROM kalends.partition_set WHERE id = ?
                    """);

    /// Writes an entry of the audit trail.
    public static void note(Session session, long set, String kind, String message) {
        session.update(NOTE, kind, message, set);
    }

    /// A partition on its way out.
    ///
    /// @param bounds as the server printed them
    /// @param keys its foreign keys, which it gives up
    public record Retirement(
            long id,
            long set,
            long leafOid,
            QualifiedName leaf,
            String bounds,
            List<Key> keys,
            State state) {
        public Retirement {
            keys = List.copyOf(keys);
        }
    }

    /// A foreign key.
    ///
    /// @param definition as the server prints it
    public record Key(String name, String definition) {}

    /// How far a partition on its way out is.
    public enum State {
        /// About to be detached, or detached: the catalog knows.
        DETACHING,
        /// A table of its own, with its keys still in the guards.
        DETACHED,
        /// Nothing refers to it any more.
        RELEASED,
        /// Released, and waiting until it is to be dropped.
        SET_ASIDE,
        DROPPED,
        KEPT,
        /// Attached again, because something that came meanwhile refers to it.
        RETURNED
    }

    private static final Sql RETIREMENTS =
            Sql.of(
                    """
                    SELECT id, set_id, leaf_oid, leaf_schema, leaf_name, bounds, state, key_names, key_definitions
                      FROM kalends.retirement
                     WHERE state NOT IN ('DROPPED', 'KEPT', 'RETURNED') ORDER BY id
                    """);

    /// Those under way, of all tables.
    public static List<Retirement> retirements(Session session) {
        return session.query(
                RETIREMENTS,
                row ->
                        new Retirement(
                                row.number(1),
                                row.number(2),
                                row.number(3),
                                QualifiedName.of(row.text(4), row.text(5)),
                                row.text(6),
                                keys(row.texts(8), row.texts(9)),
                                State.valueOf(row.text(7))));
    }

    private static List<Key> keys(List<String> names, List<String> definitions) {
        List<Key> keys = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            keys.add(new Key(names.get(i), definitions.get(i)));
        }
        return keys;
    }

    private static final Sql RETIRE =
            Sql.of(
                    """
                    INSERT INTO kalends.retirement (set_id, leaf_oid, leaf_schema, leaf_name, bounds, state, key_names, key_definitions)
                    VALUES (?, ?::bigint::oid, ?, ?, ?, ?, ?, ?) RETURNING id
                    """);

    public static long retire(
            Session session,
            long set,
            long leafOid,
            QualifiedName leaf,
            String bounds,
            List<Key> keys,
            State state) {
        return session.one(
                RETIRE,
                row -> row.number(1),
                set,
                leafOid,
                leaf.schema().value(),
                leaf.name().value(),
                bounds,
                state.name(),
                keys.stream().map(Key::name).toList(),
                keys.stream().map(Key::definition).toList());
    }

    private static final Sql MOVE =
            Sql.of(
                    "UPDATE kalends.retirement SET state = ?, changed_at = clock_timestamp() WHERE id = ? AND state = ?");

    /// @return whether it was in that state
    public static boolean advance(Session session, long retirement, State from, State to) {
        return session.update(MOVE, to.name(), retirement, from.name()) == 1;
    }

    /// An update rule that found nothing more to do in a partition.
    ///
    /// @param changes the partition's counters then, which tell whether rows were written since
    public record Updated(long set, String rule, long leafOid, long changes) {}

    private static final Sql UPDATED =
            Sql.of("SELECT set_id, rule, leaf_oid, changes FROM kalends.row_update");

    public static List<Updated> updated(Session session) {
        return session.query(
                UPDATED,
                row -> new Updated(row.number(1), row.text(2), row.number(3), row.number(4)));
    }

    private static final Sql NOTE_UPDATED =
            Sql.of(
                    """
                    INSERT INTO kalends.row_update (set_id, rule, leaf_oid, changes) VALUES (?, ?, ?::bigint::oid, ?)
                    ON CONFLICT (set_id, rule, leaf_oid)
                    DO UPDATE SET changes = excluded.changes, done_at = clock_timestamp()
                    """);

    public static void noteUpdated(Session session, Updated updated) {
        session.update(
                NOTE_UPDATED, updated.set(), updated.rule(), updated.leafOid(), updated.changes());
    }
}
