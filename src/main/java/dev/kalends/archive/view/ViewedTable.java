package dev.kalends.archive.view;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A partitioned table as a view over it sees it.
///
/// @param keys columns of the partition key; empty if an expression is among them
record ViewedTable(
        long oid,
        QualifiedName name,
        Identifier owner,
        List<Column> columns,
        List<Identifier> keys) {
    ViewedTable {
        columns = List.copyOf(columns);
        keys = List.copyOf(keys);
    }

    /// A column.
    ///
    /// @param type as `format_type` prints it
    /// @param collation as SQL names it; null if it is its type's
    record Column(Identifier name, String type, @Nullable String collation) {}

    /// A partition that is in the archive, wherever its rows are besides.
    ///
    /// @param id in the journal, by which the endpoint knows it
    /// @param leafOid of the partition that holds its rows if one does; else of the one that held
    ///   them
    /// @param bounds as the server printed them
    /// @param location in the store
    record Part(
            long id,
            long leafOid,
            QualifiedName leaf,
            String bounds,
            String location,
            dev.kalends.execute.ArchiveViews.Place place) {
        Part at(dev.kalends.execute.ArchiveViews.Place other) {
            return new Part(id, leafOid, leaf, bounds, location, other);
        }
    }

    @Nullable Column column(Identifier wanted) {
        return columns.stream().filter(each -> each.name().equals(wanted)).findFirst().orElse(null);
    }
}
