package dev.kalends.pg.catalog;

import dev.kalends.catalog.LeafModel;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads what a new partition is made after.
public final class LeafModelReader {
    private LeafModelReader() {}

    private static final Sql LOOK =
            Sql.of(
                    """
                    SELECT m.attname,
                           CASE WHEN m.attstorage <> r.attstorage THEN CASE m.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
                                WHEN 'x' THEN 'EXTENDED' ELSE 'MAIN' END END,
                           CASE WHEN m.attcompression <> r.attcompression THEN CASE m.attcompression WHEN 'p' THEN 'pglz'
                                WHEN 'l' THEN 'lz4' ELSE 'default' END END,
                           col_description(m.attrelid, m.attnum)
                      FROM pg_attribute m JOIN pg_attribute r ON r.attrelid = ? AND r.attname = m.attname
                     WHERE m.attrelid = ? AND m.attnum > 0 AND NOT m.attisdropped
                     ORDER BY m.attnum
                    """);
    private static final Sql KIND =
            Sql.of(
                    """
                    SELECT CASE WHEN a.amname <> current_setting('default_table_access_method') THEN a.amname END,
                           CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END
                      FROM pg_class c LEFT JOIN pg_am a ON a.oid = c.relam WHERE c.oid = ?
                    """);
    private static final Sql CHILDREN =
            Sql.of(
                    """
                    SELECT c.oid, pg_get_expr(c.relpartbound, 0)
                      FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid WHERE h.inhparent = ? ORDER BY c.relname
                    """);

    private record Kind(@Nullable String accessMethod, @Nullable String partitionKey) {}

    private record Child(long oid, String bounds) {}

    /// @param root the partitioned table
    /// @param model a partition of it, or `root` itself, of which no partitions are read
    public static LeafModel read(Session session, long root, long model, int blockBytes) {
        Kind kind = session.one(KIND, row -> new Kind(row.textOrNull(1), row.textOrNull(2)), model);
        List<LeafModel.Child> children = new ArrayList<>();
        if (kind.partitionKey() != null && model != root) {
            for (Child child :
                    session.query(CHILDREN, row -> new Child(row.number(1), row.text(2)), model)) {
                children.add(
                        new LeafModel.Child(
                                child.bounds(), read(session, root, child.oid(), blockBytes)));
            }
        }
        return new LeafModel(
                new CatalogReader(session).model(model, blockBytes),
                session.query(
                        LOOK,
                        row ->
                                new LeafModel.ColumnLook(
                                        Identifier.of(row.text(1)),
                                        row.textOrNull(2),
                                        row.textOrNull(3),
                                        row.textOrNull(4)),
                        root,
                        model),
                kind.accessMethod(),
                model == root ? null : kind.partitionKey(),
                children);
    }
}
