package dev.kalends.journal;

import dev.kalends.pg.Session;
import dev.kalends.sql.Sql;
import java.util.List;

/// The record of the pages that a migration copies.
public final class Chunks {
    private Chunks() {}

    private static final Sql SET_PAGES =
            Sql.of(
                    "UPDATE kalends.migration SET heap_pages = ?, heap_file = pg_relation_filenode(table_oid)"
                            + " WHERE id = ? AND heap_pages IS NULL");
    private static final Sql CREATE_CHUNKS =
            Sql.of(
                    """
                    INSERT INTO kalends.chunk (migration_id, ordinal, from_page, to_page)
                    SELECT ?, row_number() OVER (ORDER BY p), p, least(p + ?, ?)
                      FROM generate_series(0::bigint, ?, ?) p
                    """);

    /// Cuts the table's pages into chunks, once.
    public static void create(Session session, long id, long pages, long pagesPerChunk) {
        if (session.update(SET_PAGES, pages, id) == 1 && pages > 0) {
            session.update(CREATE_CHUNKS, id, pagesPerChunk, pages, pages - 1, pagesPerChunk);
        }
    }

    private static final Sql REWRITTEN =
            Sql.of(
                    "SELECT heap_file <> pg_relation_filenode(table_oid) FROM kalends.migration WHERE id = ?");

    /// Whether the table was rewritten (VACUUM FULL, CLUSTER) since its pages were cut into chunks:
    /// then the chunks say nothing about where its rows are.
    public static boolean rewritten(Session session, long id) {
        return session.one(REWRITTEN, row -> row.truth(1), id);
    }

    private static final Sql OPEN_CHUNKS =
            Sql.of(
                    """
                    SELECT ordinal, from_page, to_page FROM kalends.chunk
                     WHERE migration_id = ? AND copied_at IS NULL ORDER BY ordinal
                    """);

    public static List<Chunk> open(Session session, long id) {
        return session.query(
                OPEN_CHUNKS,
                row -> new Chunk((int) row.number(1), row.number(2), row.number(3)),
                id);
    }

    private static final Sql CLAIM_CHUNK =
            Sql.of(
                    """
                    SELECT ordinal FROM kalends.chunk
                     WHERE migration_id = ? AND ordinal = ? AND copied_at IS NULL FOR UPDATE
                    """);

    /// Takes a chunk for this transaction. Waits for a transaction that has it: one of a killed
    /// process may still be running in the server.
    ///
    /// @return false if it is copied already
    public static boolean claim(Session session, long id, Chunk chunk) {
        return !session.query(CLAIM_CHUNK, row -> row.number(1), id, chunk.ordinal()).isEmpty();
    }

    private static final Sql CHUNK_DONE =
            Sql.of(
                    """
                    UPDATE kalends.chunk SET copied_at = clock_timestamp(), rows = ?
                     WHERE migration_id = ? AND ordinal = ?
                    """);

    public static void copied(Session session, long id, Chunk chunk, long rows) {
        session.update(CHUNK_DONE, rows, id, chunk.ordinal());
    }
}
