package dev.kalends.carry;

import dev.kalends.catalog.Index;
import dev.kalends.catalog.IndexTraits;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a statement that builds an index says besides its columns.
public final class IndexShape {
    private IndexShape() {}

    /// `PRIMARY KEY (…) INCLUDE (…) WITH (…)`. A column that became part of the key is not included
    /// as well.
    ///
    /// @param columns of the key as the twin has it
    public static SqlPart primaryKey(MigrationSpec spec, Index index, List<Identifier> columns) {
        List<SqlPart> clauses = new ArrayList<>();
        clauses.add(
                Sql.text("PRIMARY KEY ({columns})").put("columns", SqlList.of(columns)).build());
        IndexTraits traits = spec.source().carried().index(index.name());
        if (traits == null) {
            return SqlList.words(clauses);
        }
        List<Identifier> included =
                traits.included().stream().filter(column -> !columns.contains(column)).toList();
        if (!included.isEmpty()) {
            clauses.add(
                    Sql.text("INCLUDE ({columns})").put("columns", SqlList.of(included)).build());
        }
        if (!traits.options().isEmpty()) {
            clauses.add(
                    Sql.text("WITH ({options})")
                            .put("options", StorageOptions.of(traits.options()))
                            .build());
        }
        return SqlList.words(clauses);
    }

    /// Builds an index where the table's lies. The place is set around the statement, because the
    /// server's definition of an index has it in the middle.
    ///
    /// @param create to be sent in a transaction
    public static Sql placed(MigrationSpec spec, Index index, Sql create) {
        IndexTraits traits = spec.source().carried().index(index.name());
        return placed(traits == null ? null : traits.tablespace(), create);
    }

    /// @param tablespace null for the database's own
    public static Sql placed(@Nullable Identifier tablespace, Sql create) {
        return tablespace == null
                ? create
                : Sql.text(
                                "SET LOCAL default_tablespace = {tablespace};\n{create};\nSET LOCAL default_tablespace = ''")
                        .put("tablespace", tablespace)
                        .put("create", create)
                        .build();
    }
}
