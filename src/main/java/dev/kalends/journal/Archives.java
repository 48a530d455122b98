package dev.kalends.journal;

import dev.kalends.pg.Row;
import dev.kalends.pg.Session;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What of the partitions of this database is in the archive.
public final class Archives {
    private Archives() {}

    /// A verified copy of a partition in the archive.
    ///
    /// @param set null if the table is no longer under maintenance
    /// @param leafOid of the partition that was written
    /// @param bounds as the server printed them
    /// @param location the folder of its objects, in the store
    /// @param checksum sum of its rows' 64-bit hashes
    /// @param bytes of its objects
    /// @param liveBytes of the partition with its indexes
    /// @param keyId null if it is not encrypted
    /// @param standing where its rows are besides
    /// @param restoredOid of the partition it was restored to; null if it was not
    /// @param heldBecause null if nothing keeps it from expiring
    public record Archived(
            long id,
            @Nullable Long set,
            QualifiedName table,
            long leafOid,
            QualifiedName leaf,
            String bounds,
            String location,
            long rows,
            BigDecimal checksum,
            long bytes,
            long liveBytes,
            @Nullable String keyId,
            Standing standing,
            @Nullable Long restoredOid,
            @Nullable String heldBecause,
            String verifiedAt) {}

    /// Where the rows of an archived partition are besides.
    public enum Standing {
        /// In the database too: it was exported, and has not left.
        LIVE,
        /// In the archive alone.
        GONE,
        /// Back in the database.
        RESTORED
    }

    private static final Sql ALL =
            Sql.of(
                    """
                    SELECT a.id, a.set_id, a.table_schema, a.table_name, a.leaf_oid, a.leaf_schema, a.leaf_name, a.bounds, a.location,
                           a.rows, a.checksum::text, a.bytes, a.live_bytes, a.key_id,
                           CASE WHEN EXISTS (SELECT FROM pg_class c WHERE c.oid = a.restored_oid) THEN 'RESTORED'
                                WHEN a.left_at IS NULL AND EXISTS (SELECT FROM pg_class c WHERE c.oid = a.leaf_oid) THEN 'LIVE'
                                ELSE 'GONE' END,
                           (SELECT c.oid FROM pg_class c WHERE c.oid = a.restored_oid)::bigint, a.held_because,
                           to_char(coalesce(a.checked_at, a.verified_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                      FROM kalends.archive a WHERE a.expired_at IS NULL ORDER BY a.table_schema, a.table_name, a.id
                    """);

    /// All that is in the archive, in the order in which it came there.
    public static List<Archived> all(Session session) {
        return session.query(ALL, Archives::read);
    }

    /// Where an archived partition is.
    public record Located(String location, long rows, long liveBytes) {}

    private static final Sql LOCATED =
            Sql.of(
                    "SELECT location, rows, live_bytes FROM kalends.archive WHERE id = ? AND expired_at IS NULL");

    /// Null if it is not there, or not any more.
    public static @Nullable Located located(Session session, long id) {
        return session.oneOrNull(
                LOCATED, row -> new Located(row.text(1), row.number(2), row.number(3)), id);
    }

    private static Archived read(Row row) {
        String set = row.textOrNull(2);
        String restored = row.textOrNull(16);
        return new Archived(
                row.number(1),
                set == null ? null : Long.valueOf(set),
                QualifiedName.of(row.text(3), row.text(4)),
                row.number(5),
                QualifiedName.of(row.text(6), row.text(7)),
                row.text(8),
                row.text(9),
                row.number(10),
                new BigDecimal(row.text(11)),
                row.number(12),
                row.number(13),
                row.textOrNull(14),
                Standing.valueOf(row.text(15)),
                restored == null ? null : Long.valueOf(restored),
                row.textOrNull(17),
                row.text(18));
    }

    /// The copies of partitions that are in the database, by the partition's oid: of a restored
    /// one, the new oid.
    public static Map<Long, Archived> byLeaf(List<Archived> all) {
        Map<Long, Archived> byLeaf = new HashMap<>();
        for (Archived each : all) {
            Long restored = each.restoredOid();
            byLeaf.put(restored == null ? each.leafOid() : restored, each);
        }
        return byLeaf;
    }

    private static final Sql TAKE_OVER =
            Sql.of(
                    "UPDATE kalends.archive SET set_id = ? WHERE set_id IS NULL AND table_schema = ? AND table_name = ?");

    /// Gives what was archived of a table to its new maintenance.
    static void takeOver(Session session, long set, QualifiedName table) {
        session.update(TAKE_OVER, set, table.schema().value(), table.name().value());
    }

    private static final Sql INSERT =
            Sql.of(
                    """
                    INSERT INTO kalends.archive (set_id, table_schema, table_name, leaf_oid, leaf_schema, leaf_name, bounds, location, rows,
                                                 checksum, bytes, live_bytes, key_id, held_because)
                    VALUES (?, ?, ?, ?::bigint::oid, ?, ?, ?, ?, ?, ?::text::numeric, ?, ?, ?, ?)
                    """);
    private static final Sql SUPERSEDE =
            Sql.of(
                    """
                    UPDATE kalends.archive SET expired_at = clock_timestamp()
                     WHERE expired_at IS NULL AND set_id = ? AND (leaf_oid = ?::bigint::oid OR restored_oid = ?::bigint::oid)
                    RETURNING location, held_because
                    """);

    private record Superseded(String location, @Nullable String heldBecause) {}

    /// A copy that was just written and verified.
    public record Fresh(
            long set,
            QualifiedName table,
            long leafOid,
            QualifiedName leaf,
            String bounds,
            String location,
            long rows,
            BigDecimal checksum,
            long bytes,
            long liveBytes,
            @Nullable String keyId) {}

    /// Notes a verified copy; an earlier one of the same partition is superseded, and a hold on it
    /// goes on for both.
    ///
    /// @return locations of what is superseded and not held
    public static List<String> add(Session session, Fresh fresh) {
        List<Superseded> superseded =
                session.query(
                        SUPERSEDE,
                        row -> new Superseded(row.text(1), row.textOrNull(2)),
                        fresh.set(),
                        fresh.leafOid(),
                        fresh.leafOid());
        session.update(
                INSERT,
                fresh.set(),
                fresh.table().schema().value(),
                fresh.table().name().value(),
                fresh.leafOid(),
                fresh.leaf().schema().value(),
                fresh.leaf().name().value(),
                fresh.bounds(),
                fresh.location(),
                fresh.rows(),
                fresh.checksum().toPlainString(),
                fresh.bytes(),
                fresh.liveBytes(),
                fresh.keyId(),
                superseded.stream()
                        .map(Superseded::heldBecause)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null));
        return superseded.stream()
                .filter(each -> each.heldBecause() == null)
                .map(Superseded::location)
                .toList();
    }

    private static final Sql LEFT =
            Sql.of(
                    """
                    UPDATE kalends.archive SET left_at = clock_timestamp(), restored_oid = NULL, restored_at = NULL
                     WHERE expired_at IS NULL AND (leaf_oid = ?::bigint::oid OR restored_oid = ?::bigint::oid)
                    """);

    /// Notes that the partition is dropped, so that its rows are in the archive alone.
    public static void left(Session session, long leafOid) {
        session.update(LEFT, leafOid, leafOid);
    }

    private static final Sql RESTORED =
            Sql.of(
                    """
                    UPDATE kalends.archive SET restored_oid = ?::bigint::oid, restored_at = clock_timestamp(), restored_by = session_user
                     WHERE id = ? AND expired_at IS NULL
                    """);

    /// Notes that the rows are back.
    public static void restored(Session session, long id, long leafOid) {
        session.update(RESTORED, leafOid, id);
    }

    private static final Sql ASKED =
            Sql.of(
                    """
                    UPDATE kalends.archive SET leaf_oid = restored_oid, restored_oid = NULL, restored_at = NULL, left_at = NULL
                     WHERE id = ? AND restored_oid IS NOT NULL AND expired_at IS NULL
                    """);

    /// Makes a restored partition an ordinary one, which may be archived and dropped again.
    public static void unrestored(Session session, long id) {
        session.update(ASKED, id);
    }

    private static final Sql LOCK_FREE =
            Sql.of(
                    "SELECT id FROM kalends.archive WHERE id = ? AND expired_at IS NULL AND held_because IS NULL FOR UPDATE");

    /// Keeps everybody from holding it, until the end of the transaction.
    ///
    /// @return false if it is held or gone
    public static boolean lockFree(Session session, long id) {
        return session.oneOrNull(LOCK_FREE, row -> row.number(1), id) != null;
    }

    private static final Sql EXPIRED =
            Sql.of(
                    "UPDATE kalends.archive SET expired_at = clock_timestamp() WHERE id = ? AND expired_at IS NULL");

    /// Notes that the objects are gone.
    public static void expired(Session session, long id) {
        session.update(EXPIRED, id);
    }

    private static final Sql HOLD =
            Sql.of(
                    """
                    UPDATE kalends.archive SET held_at = clock_timestamp(), held_by = session_user, held_because = ?
                     WHERE id = ? AND expired_at IS NULL
                    """);

    /// Keeps it from expiring.
    ///
    /// @param because null ends it
    public static void hold(Session session, long id, @Nullable String because) {
        session.update(HOLD, because, id);
    }

    private static final Sql CHECKED =
            Sql.of("UPDATE kalends.archive SET checked_at = clock_timestamp() WHERE id = ?");

    /// Notes that it was read again and found whole.
    public static void checked(Session session, long id) {
        session.update(CHECKED, id);
    }

    private static final Sql REKEYED =
            Sql.of("UPDATE kalends.archive SET key_id = ? WHERE id = ? AND expired_at IS NULL");

    /// Notes under which key it is.
    public static void rekeyed(Session session, long id, @Nullable String keyId) {
        session.update(REKEYED, keyId, id);
    }

    private static final Sql REPLACED =
            Sql.of(
                    """
                    UPDATE kalends.archive SET location = ?, rows = ?, checksum = ?::text::numeric, bytes = ?, key_id = ?,
                           verified_at = clock_timestamp(), checked_at = NULL
                     WHERE id = ? AND location = ? AND expired_at IS NULL AND held_because IS NULL
                    """);
    private static final Sql REMEMBER =
            Sql.of(
                    """
                    INSERT INTO kalends.archive (set_id, table_schema, table_name, leaf_oid, leaf_schema, leaf_name, bounds, location, rows,
                                                 checksum, bytes, live_bytes, key_id, expired_at)
                    SELECT set_id, table_schema, table_name, leaf_oid, leaf_schema, leaf_name, bounds, ?, ?, ?::text::numeric, ?, live_bytes, ?,
                           clock_timestamp()
                      FROM kalends.archive WHERE id = ?
                    """);

    /// What is to be noted of objects that take the place of others.
    public record Replacement(
            String location, long rows, BigDecimal checksum, long bytes, @Nullable String keyId) {}

    /// Notes that other objects took its place; those before are noted as expired, so that they are
    /// removed even if this process ends now.
    ///
    /// @return false if it is held, gone, or replaced by somebody else meanwhile
    public static boolean replace(Session session, Archived before, Replacement now) {
        boolean replaced =
                session.update(
                                REPLACED,
                                now.location(),
                                now.rows(),
                                now.checksum().toPlainString(),
                                now.bytes(),
                                now.keyId(),
                                before.id(),
                                before.location())
                        == 1;
        if (replaced) {
            session.update(
                    REMEMBER,
                    before.location(),
                    before.rows(),
                    before.checksum().toPlainString(),
                    before.bytes(),
                    before.keyId(),
                    before.id());
        }
        return replaced;
    }

    private static final Sql EXPIRED_LOCATIONS =
            Sql.of(
                    """
                    SELECT a.location FROM kalends.archive a
                     WHERE a.expired_at IS NOT NULL
                       AND (a.held_because IS NULL
                            OR NOT EXISTS (SELECT FROM kalends.archive n
                                            WHERE n.expired_at IS NULL AND n.held_because IS NOT NULL
                                              AND n.set_id = a.set_id AND n.leaf_oid = a.leaf_oid))
                    """);

    /// Where objects were that nothing needs any more and nothing holds.
    public static Set<String> expiredLocations(Session session) {
        return Set.copyOf(session.query(EXPIRED_LOCATIONS, row -> row.text(1)));
    }
}
