package dev.kalends.migrate;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.Index;
import dev.kalends.plan.Contract.UniqueKey;
import dev.kalends.plan.MigrationNames;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
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

/// Statements for the guards: narrow tables, one per unique key, that keep it unique across
/// partitions and that foreign keys point at.
///
/// Triggers on the partitioned table keep a guard in step. They fire always, also in sessions whose
/// `session_replication_role` is `replica`, and run with the rights of the guard's owner. An update
/// that moves a row to another partition fires the triggers of DELETE and INSERT: the guard's row
/// has been changed by the BEFORE UPDATE trigger by then, so the one finds nothing to delete and
/// the other finds its row there; what references it never notices.
final class GuardSql {
    private static final Identifier NEW = Identifier.of("new");
    private static final Identifier OLD = Identifier.of("old");
    private static final Identifier GUARD = Identifier.of("g");

    private final MigrationSpec spec;
    private final MigrationNames names;
    private final StaySql stays;

    GuardSql(MigrationSpec spec) {
        this.spec = spec;
        this.stays = new StaySql(spec);
        this.names = spec.migrationNames();
    }

    boolean none() {
        return spec.contract().guarded().isEmpty() && !stays.needed();
    }

    private static final String CREATE =
            "CREATE TABLE {guard} ({columns}) WITH (fillfactor = 90, autovacuum_enabled = false)";

    /// The schema, the guards without keys, and the functions that keep them in step.
    List<Sql> create() {
        if (none()) {
            return List.of();
        }
        List<Sql> statements = new ArrayList<>();
        statements.add(
                Sql.text("CREATE SCHEMA {schema}").put("schema", names.guardSchema()).build());
        statements.add(
                Sql.text("GRANT USAGE, CREATE ON SCHEMA {schema} TO {owner}")
                        .put("schema", names.guardSchema())
                        .put("owner", spec.source().owner())
                        .build());
        if (stays.needed()) {
            statements.addAll(stays.function());
        }
        for (UniqueKey key : spec.contract().guarded()) {
            QualifiedName guard = names.guard(key.index());
            statements.add(
                    Sql.text(CREATE)
                            .put("guard", guard)
                            .put("columns", SqlList.of(definitions(key.index())))
                            .build());
            statements.addAll(functions(key.index()));
            statements.add(
                    Sql.text("ALTER TABLE {guard} OWNER TO {owner}")
                            .put("guard", guard)
                            .put("owner", spec.source().owner())
                            .build());
        }
        return statements;
    }

    private List<SqlPart> definitions(Index index) {
        List<SqlPart> definitions = new ArrayList<>();
        for (Identifier name : spec.widened(index.columns())) {
            Column column = Objects.requireNonNull(spec.source().column(name), "a key column");
            String collation = column.collation() == null ? "" : " COLLATE " + column.collation();
            String notNull = column.nullability() == Column.Nullability.NOT_NULL ? " NOT NULL" : "";
            definitions.add(
                    Sql.text("{name} {type}")
                            .put("name", name)
                            .put("type", ServerText.of(column.type() + collation + notNull))
                            .build());
        }
        return definitions;
    }

    private static final String INSERTED =
            """
            BEGIN
                INSERT INTO {guard} ({columns}) SELECT {newRow} WHERE {newWhole}
                   AND NOT EXISTS (SELECT FROM {guard} g WHERE {guardIsNew});
                RETURN NULL;
            END
            """;
    private static final String UPDATED =
            """
            BEGIN
                IF NOT ({oldWhole}) THEN
                    INSERT INTO {guard} ({columns}) SELECT {newRow} WHERE {newWhole};
                ELSIF NOT ({newWhole}) THEN
                    DELETE FROM {guard} g WHERE {guardIsOld};
                ELSE
                    UPDATE {guard} g SET {changes} WHERE {guardIsOld};
                END IF;
                RETURN NEW;
            END
            """;
    private static final String DELETED =
            """
            BEGIN
                DELETE FROM {guard} g WHERE {guardIsOld};
                RETURN NULL;
            END
            """;
    // Not TRUNCATE … CASCADE, which fails when a child stands in the same TRUNCATE list.
    private static final String TRUNCATED =
            """
            DECLARE
                referencing record;
                filled boolean;
            BEGIN
                FOR referencing IN
                    SELECT k.conrelid::regclass AS name, c.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
                     WHERE k.contype = 'f' AND k.confrelid = {guardText}::regclass AND k.conparentid = 0
                LOOP
                    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', referencing.name) INTO filled;
                    IF filled THEN
                        RAISE EXCEPTION USING ERRCODE = '0A000',
                            MESSAGE = 'cannot truncate a table referenced in a foreign key constraint',
                            DETAIL = format('Table "%s" references "%s".', referencing.relname, TG_TABLE_NAME),
                            HINT = format('Truncate table "%s" at the same time.', referencing.relname);
                    END IF;
                END LOOP;
                DELETE FROM {guard};
                RETURN NULL;
            END
            """;

    private List<Sql> functions(Index index) {
        List<Identifier> columns = spec.widened(index.columns());
        QualifiedName guard = names.guard(index);
        SqlPart newRow = ReplaySql.of(NEW, columns);
        SqlPart newWhole = whole(NEW, index.columns());
        SqlPart guardIsOld = ReplaySql.equal(GUARD, columns, OLD, columns);
        SqlPart guardIsNew = ReplaySql.equal(GUARD, columns, NEW, columns);
        List<SqlPart> changes = new ArrayList<>();
        for (Identifier column : columns) {
            changes.add(
                    Sql.text("{column} = {value}")
                            .put("column", column)
                            .put("value", new QualifiedName(NEW, column))
                            .build());
        }
        List<Sql> functions = new ArrayList<>();
        functions.addAll(
                function(
                        index,
                        "inserted",
                        Sql.text(INSERTED)
                                .put("guard", guard)
                                .put("columns", SqlList.of(columns))
                                .put("newRow", newRow)
                                .put("newWhole", newWhole)
                                .put("guardIsNew", guardIsNew)
                                .build()));
        functions.addAll(
                function(
                        index,
                        "updated",
                        Sql.text(UPDATED)
                                .put("guard", guard)
                                .put("columns", SqlList.of(columns))
                                .put("newRow", newRow)
                                .put("newWhole", newWhole)
                                .put("oldWhole", whole(OLD, index.columns()))
                                .put("guardIsOld", guardIsOld)
                                .put("changes", SqlList.of(changes))
                                .build()));
        functions.addAll(
                function(
                        index,
                        "deleted",
                        Sql.text(DELETED)
                                .put("guard", guard)
                                .put("guardIsOld", guardIsOld)
                                .build()));
        functions.addAll(
                function(
                        index,
                        "truncated",
                        Sql.text(TRUNCATED)
                                .put("guard", guard)
                                .put("guardText", Literal.of(guard.render()))
                                .build()));
        return functions;
    }

    private QualifiedName functionName(Index index, String event) {
        return new QualifiedName(
                names.guardSchema(), Identifier.shortened(index.name().value() + "_" + event));
    }

    private List<Sql> function(Index index, String event, Sql body) {
        QualifiedName function = functionName(index, event);
        return StaySql.function(function, body, spec.source().owner());
    }

    private static SqlPart whole(Identifier row, List<Identifier> columns) {
        return SqlList.and(
                columns.stream()
                        .map(column ->
                                Sql.text("{value} IS NOT NULL")
                                        .put("value", new QualifiedName(row, column))
                                        .build())
                        .toList());
    }

    private static final String FILL =
            "INSERT INTO {guard} ({columns}) SELECT {columns} FROM {leaf} s WHERE {whole}";

    /// Takes over the keys of one partition, once its rows are unique.
    List<Sql> fill(Partition partition) {
        List<Sql> statements = new ArrayList<>();
        for (UniqueKey key : spec.contract().guarded()) {
            statements.add(
                    Sql.text(FILL)
                            .put("guard", names.guard(key.index()))
                            .put("columns", SqlList.of(spec.widened(key.index().columns())))
                            .put("leaf", spec.leaf(partition))
                            .put("whole", whole(Identifier.of("s"), key.index().columns()))
                            .build());
        }
        return statements;
    }

    /// The guards' keys, under the names that the table's own had, and an index to find what a
    /// retired partition leaves.
    List<Sql> keys() {
        List<Sql> statements = new ArrayList<>();
        for (UniqueKey key : spec.contract().guarded()) {
            QualifiedName guard = names.guard(key.index());
            boolean primary = key.index().kind() == Index.Kind.PRIMARY_KEY;
            statements.add(
                    Sql.text("ALTER TABLE {guard} ADD CONSTRAINT {name} {kind} ({columns})")
                            .put("guard", guard)
                            .put("name", key.index().name())
                            .put("kind", primary ? Sql.of("PRIMARY KEY") : Sql.of("UNIQUE"))
                            .put("columns", SqlList.of(key.index().columns()))
                            .build());
            statements.add(
                    Sql.text("CREATE INDEX {name} ON {guard} ({keys})")
                            .put(
                                    "name",
                                    Identifier.shortened(guard.name().value() + "_partition_idx"))
                            .put("guard", guard)
                            .put("keys", SqlList.of(spec.partitionKeys()))
                            .build());
            statements.add(
                    Sql.text("ALTER TABLE {guard} RESET (autovacuum_enabled)")
                            .put("guard", guard)
                            .build());
        }
        return statements;
    }

    /// The triggers, on the partitioned table. Their names decide when they fire: the guard's row
    /// is written before foreign keys are checked (`RI_ConstraintTrigger_…`), and a move is seen
    /// after every other BEFORE trigger.
    List<Sql> triggers() {
        List<Sql> statements = new ArrayList<>();
        for (UniqueKey key : spec.contract().guarded()) {
            statements.addAll(triggers(key.index()));
        }
        if (stays.needed()) {
            statements.addAll(stays.trigger());
        }
        return statements;
    }

    private static final String ON_INSERT =
            "CREATE TRIGGER {trigger} AFTER INSERT ON {twin} FOR EACH ROW EXECUTE FUNCTION {function}()";
    private static final String ON_DELETE =
            "CREATE TRIGGER {trigger} AFTER DELETE ON {twin} FOR EACH ROW EXECUTE FUNCTION {function}()";
    private static final String ON_CHANGE =
            """
            CREATE TRIGGER {trigger} AFTER UPDATE ON {twin} FOR EACH ROW
                WHEN (ROW({oldKey}) IS DISTINCT FROM ROW({newKey}) AND ROW({oldPlace}) IS NOT DISTINCT FROM ROW({newPlace}))
                EXECUTE FUNCTION {function}()
            """;
    private static final String ON_MOVE =
            """
            CREATE TRIGGER {trigger} BEFORE UPDATE ON {twin} FOR EACH ROW
                WHEN (ROW({oldPlace}) IS DISTINCT FROM ROW({newPlace})) EXECUTE FUNCTION {function}()
            """;
    private static final String ON_TRUNCATE =
            "CREATE TRIGGER {trigger} AFTER TRUNCATE ON {twin} FOR EACH STATEMENT EXECUTE FUNCTION {function}()";

    private List<Sql> triggers(Index index) {
        List<Sql> statements = new ArrayList<>();
        SqlPart oldPlace = ReplaySql.of(OLD, spec.partitionKeys());
        SqlPart newPlace = ReplaySql.of(NEW, spec.partitionKeys());
        statements.add(simple(index, Sql.text(ON_INSERT), "0_kalends_insert", "inserted"));
        statements.add(
                Sql.text(ON_CHANGE)
                        .put("trigger", trigger(index, "0_kalends_change"))
                        .put("twin", names.twin())
                        .put("oldKey", ReplaySql.of(OLD, index.columns()))
                        .put("newKey", ReplaySql.of(NEW, index.columns()))
                        .put("oldPlace", oldPlace)
                        .put("newPlace", newPlace)
                        .put("function", functionName(index, "updated"))
                        .build());
        statements.add(
                Sql.text(ON_MOVE)
                        .put("trigger", trigger(index, "zz_kalends_move"))
                        .put("twin", names.twin())
                        .put("oldPlace", oldPlace)
                        .put("newPlace", newPlace)
                        .put("function", functionName(index, "updated"))
                        .build());
        statements.add(simple(index, Sql.text(ON_DELETE), "0_kalends_delete", "deleted"));
        statements.add(simple(index, Sql.text(ON_TRUNCATE), "0_kalends_truncate", "truncated"));
        for (String prefix :
                List.of(
                        "0_kalends_insert",
                        "0_kalends_change",
                        "zz_kalends_move",
                        "0_kalends_delete",
                        "0_kalends_truncate")) {
            statements.add(
                    Sql.text("ALTER TABLE {twin} ENABLE ALWAYS TRIGGER {trigger}")
                            .put("twin", names.twin())
                            .put("trigger", trigger(index, prefix))
                            .build());
        }
        return statements;
    }

    private Sql simple(Index index, Sql.Template template, String prefix, String event) {
        return template.put("trigger", trigger(index, prefix))
                .put("twin", names.twin())
                .put("function", functionName(index, event))
                .build();
    }

    private static Identifier trigger(Index index, String prefix) {
        return Identifier.shortened(prefix + "_" + index.name().value());
    }

    /// After a rollback nothing uses them any more.
    List<Sql> drop() {
        if (none()) {
            return List.of();
        }
        List<Sql> statements = new ArrayList<>();
        for (UniqueKey key : spec.contract().guarded()) {
            statements.add(
                    Sql.text("DROP TABLE IF EXISTS {guard}")
                            .put("guard", names.guard(key.index()))
                            .build());
            for (String event : List.of("inserted", "updated", "deleted", "truncated")) {
                statements.add(
                        Sql.text("DROP FUNCTION IF EXISTS {function}()")
                                .put("function", functionName(key.index(), event))
                                .build());
            }
        }
        statements.add(stays.drop());
        statements.add(
                Sql.text("DROP SCHEMA IF EXISTS {schema}")
                        .put("schema", names.guardSchema())
                        .build());
        return statements;
    }
}
