package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A materialized view that reads the table itself.
///
/// @param options as `reloptions` holds them, those of its TOAST table with `toast.`
/// @param definition as `pg_get_viewdef` prints it, without the semicolon
/// @param tablespace null for the database's own
public record MaterializedView(
        QualifiedName name,
        Access access,
        List<String> options,
        String definition,
        Content content,
        @Nullable Identifier tablespace,
        @Nullable String comment,
        List<ColumnTraits> columns,
        List<ColumnComment> columnComments,
        List<Index> indexes,
        List<IndexTraits> indexTraits,
        Reach reach,
        Set<Trait> traits) {
    public MaterializedView {
        options = List.copyOf(options);
        columns = List.copyOf(columns);
        columnComments = List.copyOf(columnComments);
        indexes = List.copyOf(indexes);
        indexTraits = List.copyOf(indexTraits);
        traits = Set.copyOf(traits);
    }

    /// A comment on one of its columns.
    public record ColumnComment(Identifier column, String comment) {}

    /// Whether it can be read.
    public enum Content {
        POPULATED,
        EMPTY
    }

    /// What stands in the way of making another one.
    public enum Trait {
        /// Its GROUP BY names the primary key and leaves out what depends on it.
        NEEDS_PRIMARY_KEY,
        /// Policies of the table hide rows from its owner, and the twin has none before the switch.
        FILTERED_BY_POLICIES,
        OTHER_ACCESS_METHOD,
        /// A column is stored or compressed otherwise than its type says.
        COLUMN_STORAGE,
        SECURITY_LABEL,
        EXTENSION_MEMBER
    }

    /// Null if the index has nothing besides its definition.
    public @Nullable IndexTraits traitsOf(Index index) {
        return indexTraits.stream()
                .filter(each -> each.index().equals(index.name()))
                .findFirst()
                .orElse(null);
    }
}
