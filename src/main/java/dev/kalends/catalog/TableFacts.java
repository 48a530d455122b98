package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A table as the catalog shows it at one instant.
///
/// @param rows the planner's estimate, not a count
/// @param foreignKeys of the table, those to itself included
/// @param incoming foreign keys of other tables to this one
/// @param heapBytes the main fork only
/// @param toastBytes out-of-line values
/// @param heapPages pages of the heap, of 8 kB unless the server was built otherwise
/// @param storageOptions `fillfactor=90` and the like, as `reloptions` holds them
public record TableFacts(
        long oid,
        QualifiedName name,
        Identifier owner,
        List<Column> columns,
        List<Index> indexes,
        List<ForeignKey> foreignKeys,
        List<ForeignKey> incoming,
        List<Grant> grants,
        List<String> storageOptions,
        @Nullable String comment,
        long rows,
        long heapBytes,
        long toastBytes,
        long indexBytes,
        long heapPages,
        Inventory inventory,
        Carried carried) {
    public TableFacts {
        columns = List.copyOf(columns);
        indexes = List.copyOf(indexes);
        foreignKeys = List.copyOf(foreignKeys);
        incoming = List.copyOf(incoming);
        grants = List.copyOf(grants);
        storageOptions = List.copyOf(storageOptions);
    }

    public @Nullable Column column(Identifier wanted) {
        return columns.stream()
                .filter(column -> column.name().equals(wanted))
                .findFirst()
                .orElse(null);
    }

    public @Nullable Index primaryKey() {
        return indexes.stream()
                .filter(index -> index.kind() == Index.Kind.PRIMARY_KEY)
                .findFirst()
                .orElse(null);
    }
}
