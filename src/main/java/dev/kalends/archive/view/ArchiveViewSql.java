package dev.kalends.archive.view;

import dev.kalends.archive.view.ViewedTable.Column;
import dev.kalends.archive.view.ViewedTable.Part;
import dev.kalends.catalog.PartitionBounds;
import dev.kalends.catalog.PartitionBounds.End;
import dev.kalends.execute.ArchiveViews.Place;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The statements of a view over one table.
///
/// Columns of foreign tables are of domains of their own. postgres_fdw ships nothing that has a
/// type of the user's in it, so that PostgreSQL itself evaluates every predicate, on the rows that
/// the endpoint sends.
final class ArchiveViewSql {
    /// By which the endpoint knows archived partitions.
    static final String REMOTE_SCHEMA = "archive";

    private static final String SCHEMA = "kalends_archive_";
    private static final String ROWS = "rows";

    private final ViewedTable table;

    ArchiveViewSql(ViewedTable table) {
        this.table = table;
    }

    static Identifier schema(long tableOid) {
        return Identifier.of(SCHEMA + tableOid);
    }

    /// The view behind the view: the one that changes as partitions move.
    static QualifiedName rows(long tableOid) {
        return new QualifiedName(schema(tableOid), Identifier.of(ROWS));
    }

    private QualifiedName inside(Identifier name) {
        return new QualifiedName(schema(table.oid()), name);
    }

    QualifiedName foreignTable(Part part) {
        return inside(Identifier.shortened(part.leaf().name().value() + "_" + part.id()));
    }

    Sql createSchema() {
        return Sql.text("CREATE SCHEMA {schema}").put("schema", schema(table.oid())).build();
    }

    Sql giveSchema() {
        return Sql.text("ALTER SCHEMA {schema} OWNER TO {owner}")
                .put("schema", schema(table.oid()))
                .put("owner", table.owner())
                .build();
    }

    static Sql become(Identifier owner) {
        return Sql.text("SET LOCAL ROLE {owner}").put("owner", owner).build();
    }

    static final Sql RETURN = Sql.of("RESET ROLE");

    /// Named after its type, so that columns of one type share it, and one of another type is seen
    /// to differ.
    QualifiedName domain(Column column) {
        String collation = column.collation();
        return inside(
                Identifier.shortened(
                        collation == null ? column.type() : column.type() + " " + collation));
    }

    Sql createDomain(Column column) {
        String collation = column.collation();
        return collation == null
                ? Sql.text("CREATE DOMAIN {domain} AS {type}")
                        .put("domain", domain(column))
                        .put("type", ServerText.of(column.type()))
                        .build()
                : Sql.text("CREATE DOMAIN {domain} AS {type} COLLATE {collation}")
                        .put("domain", domain(column))
                        .put("type", ServerText.of(column.type()))
                        .put("collation", ServerText.of(collation))
                        .build();
    }

    /// @param archived names of the columns in the archive
    List<Column> shared(Set<String> archived) {
        return table.columns().stream()
                .filter(each -> archived.contains(each.name().value()))
                .toList();
    }

    private static final String FOREIGN_TABLE =
            """
            CREATE FOREIGN TABLE {name} ({columns})
                SERVER {server} OPTIONS (schema_name {schema}, table_name {table})
            """;

    /// @param columns those that the archive has
    Sql createForeignTable(Part part, List<Column> columns) {
        List<SqlPart> all = new ArrayList<>();
        for (Column each : columns) {
            all.add(
                    Sql.text("{name} {domain}")
                            .put("name", each.name())
                            .put("domain", domain(each))
                            .build());
        }
        Sql check = check(part, columns);
        if (check != null) {
            all.add(Sql.text("CHECK ({check})").put("check", check).build());
        }
        return Sql.text(FOREIGN_TABLE)
                .put("name", foreignTable(part))
                .put("columns", SqlList.of(all))
                .put("server", ViewServer.NAME)
                .put("schema", Literal.of(REMOTE_SCHEMA))
                .put("table", Literal.of(Long.toString(part.id())))
                .build();
    }

    /// What the planner leaves a foreign table out by. The key is written exactly as the view
    /// writes it, because the planner compares expressions.
    private @Nullable Sql check(Part part, List<Column> columns) {
        Column key =
                table.keys().size() == 1
                        ? columns.stream()
                                .filter(each -> each.name().equals(table.keys().getFirst()))
                                .findFirst()
                                .orElse(null)
                        : null;
        if (key == null) {
            return null;
        }
        List<SqlPart> all = new ArrayList<>();
        switch (PartitionBounds.parse(part.bounds())) {
            case PartitionBounds.Range(End from, End to) -> {
                if (from instanceof End.At(String text)) {
                    all.add(
                            Sql.text("{key} >= {value}")
                                    .put("key", value(key))
                                    .put("value", literal(key, text))
                                    .build());
                }
                if (to instanceof End.At(String text)) {
                    all.add(
                            Sql.text("{key} < {value}")
                                    .put("key", value(key))
                                    .put("value", literal(key, text))
                                    .build());
                }
            }
            case PartitionBounds.Values(List<@Nullable String> values)
                    when values.stream().allMatch(Objects::nonNull) ->
                    all.add(
                            Sql.text("{key} IN ({values})")
                                    .put("key", value(key))
                                    .put(
                                            "values",
                                            SqlList.of(
                                                    values.stream()
                                                            .filter(Objects::nonNull)
                                                            .map(each -> literal(key, each))
                                                            .toList()))
                                    .build());
            default -> {}
        }
        return all.isEmpty() ? null : Sql.text("{all}").put("all", SqlList.and(all)).build();
    }

    private static Sql value(Column column) {
        return Sql.text("{name}::{type}")
                .put("name", column.name())
                .put("type", ServerText.of(column.type()))
                .build();
    }

    private static Sql literal(Column column, String text) {
        return Sql.text("{text}::{type}")
                .put("text", Literal.of(text))
                .put("type", ServerText.of(column.type()))
                .build();
    }

    /// One member of the view.
    ///
    /// @param archived names of the columns in the archive
    record Member(Part part, Set<String> archived) {
        Member {
            archived = Set.copyOf(archived);
        }
    }

    /// @param columns of the view, in its order
    Sql createRows(List<Column> columns, List<Member> members) {
        List<SqlPart> all = new ArrayList<>();
        all.add(select(names(columns), table.name()));
        for (Member each : members) {
            if (each.part().place() == Place.ASIDE) {
                all.add(select(names(columns), each.part().leaf()));
            } else if (each.part().place() == Place.ARCHIVE) {
                all.add(select(values(columns, each.archived()), foreignTable(each.part())));
            }
        }
        return Sql.text("CREATE OR REPLACE VIEW {view} AS\n{all}")
                .put("view", rows(table.oid()))
                .put("all", new SqlList(all, "\nUNION ALL\n"))
                .build();
    }

    private static SqlList names(List<Column> columns) {
        return SqlList.of(columns.stream().map(Column::name).toList());
    }

    private static SqlList values(List<Column> columns, Set<String> archived) {
        List<SqlPart> values = new ArrayList<>();
        for (Column each : columns) {
            values.add(
                    archived.contains(each.name().value())
                            ? Sql.text("{value} AS {name}")
                                    .put("value", value(each))
                                    .put("name", each.name())
                                    .build()
                            : Sql.text("NULL::{type} AS {name}")
                                    .put("type", ServerText.of(each.type()))
                                    .put("name", each.name())
                                    .build());
        }
        return SqlList.of(values);
    }

    private static Sql select(SqlList columns, QualifiedName from) {
        return Sql.text("SELECT {columns} FROM {from}")
                .put("columns", columns)
                .put("from", from)
                .build();
    }

    /// The view that people use.
    Sql createView(QualifiedName view, List<Column> columns) {
        return Sql.text("CREATE OR REPLACE VIEW {view} AS {select}")
                .put("view", view)
                .put("select", select(names(columns), rows(table.oid())))
                .build();
    }

    static Sql dropView(QualifiedName view) {
        return Sql.text("DROP VIEW {view}").put("view", view).build();
    }

    static Sql dropForeignTable(QualifiedName name) {
        return Sql.text("DROP FOREIGN TABLE {name}").put("name", name).build();
    }

    static Sql dropDomain(QualifiedName name) {
        return Sql.text("DROP DOMAIN {name}").put("name", name).build();
    }

    static Sql dropSchema(long tableOid) {
        return Sql.text("DROP SCHEMA {schema}").put("schema", schema(tableOid)).build();
    }

    /// @param grantee empty for everybody
    static Sql grant(QualifiedName view, String grantee) {
        return Sql.text("GRANT SELECT ON {view} TO {grantee}")
                .put("view", view)
                .put("grantee", grantee.isEmpty() ? Sql.of("PUBLIC") : Identifier.of(grantee))
                .build();
    }
}
