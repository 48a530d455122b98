package dev.kalends.migrate;

import dev.kalends.catalog.Column;
import dev.kalends.plan.MigrationNames;
import dev.kalends.plan.MigrationSpec;
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
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Statements that write down the key of every row written to a table.
///
/// The log holds keys, not rows: replay makes the other table's row equal to what this one has by
/// then, so it is idempotent and its order does not matter. An update that changes the key logs the
/// old key and the new one. The triggers fire always, also in sessions whose
/// `session_replication_role` is `replica`, and their functions run with the rights of Kalends'
/// role, so that the application needs none on the log.
final class CaptureSql {
    static final Identifier ROW_TRIGGER = Identifier.of("kalends_capture");
    static final Identifier TRUNCATE_TRIGGER = Identifier.of("kalends_truncate");

    private final MigrationSpec spec;
    private final QualifiedName log;

    CaptureSql(MigrationSpec spec, QualifiedName log) {
        this.spec = spec;
        this.log = log;
    }

    /// The log's columns, `k1` and so on, one per column of the row key.
    static List<Identifier> keyColumns(MigrationSpec spec) {
        return IntStream.rangeClosed(1, spec.rowKey().size())
                .mapToObj(i -> Identifier.of("k" + i))
                .toList();
    }

    /// `k1 text, k2 timestamp(3) without time zone`
    static SqlList keyDefinitions(MigrationSpec spec) {
        List<Identifier> keys = keyColumns(spec);
        List<SqlPart> definitions = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            Column column =
                    Objects.requireNonNull(
                            spec.source().column(spec.rowKey().get(i)), "a key column");
            String collation = column.collation() == null ? "" : " COLLATE " + column.collation();
            definitions.add(
                    Sql.text("{name} {type}")
                            .put("name", keys.get(i))
                            .put("type", ServerText.of(column.type() + collation))
                            .build());
        }
        return SqlList.of(definitions);
    }

    private static final String CREATE_LOG =
            """
            CREATE TABLE {log} (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {keys})
                WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000)
            """;
    private static final String CREATE_FUNCTION =
            """
            CREATE FUNCTION {log}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
                SET search_path = pg_catalog AS {body}
            """;
    private static final String FUNCTION_BODY =
            """
            BEGIN
                IF TG_OP <> 'INSERT' THEN
                    INSERT INTO {log} ({keys}) VALUES ({old});
                    IF TG_OP = 'DELETE' THEN
                        RETURN NULL;
                    END IF;
                    IF ROW({old}) IS NOT DISTINCT FROM ROW({new}) THEN
                        RETURN NULL;
                    END IF;
                END IF;
                INSERT INTO {log} ({keys}) VALUES ({new});
                RETURN NULL;
            END
            """;

    /// The log and the function that fills it.
    List<Sql> log() {
        if (spec.keyless()) {
            return new KeylessSql(spec).log(log);
        }
        Sql body =
                Sql.text(FUNCTION_BODY)
                        .put("log", log)
                        .put("keys", SqlList.of(keyColumns(spec)))
                        .put("old", of(Identifier.of("old")))
                        .put("new", of(Identifier.of("new")))
                        .build();
        return List.of(
                Sql.text(CREATE_LOG).put("log", log).put("keys", keyDefinitions(spec)).build(),
                Sql.text(CREATE_FUNCTION)
                        .put("log", log)
                        .put("body", Literal.of(body.render()))
                        .build(),
                Sql.text("REVOKE ALL ON FUNCTION {log}() FROM PUBLIC").put("log", log).build());
    }

    private SqlList of(Identifier record) {
        return SqlList.of(
                spec.rowKey().stream().map(column -> new QualifiedName(record, column)).toList());
    }

    private static final String ROW =
            """
            CREATE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION {log}()
            """;
    private static final String TRUNCATE =
            """
            CREATE TRIGGER {trigger} BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION {function}()
            """;

    /// The triggers. Their creation waits for every transaction that has written to the table, so a
    /// snapshot taken after the commit sees what was written before it.
    List<Sql> triggers(QualifiedName table) {
        QualifiedName refuse =
                new QualifiedName(MigrationNames.KALENDS, Identifier.of("refuse_truncate"));
        List<Sql> statements = new ArrayList<>();
        if (spec.keyless()) {
            statements.addAll(new KeylessSql(spec).triggers(table, log));
        } else {
            statements.add(
                    Sql.text(ROW)
                            .put("trigger", ROW_TRIGGER)
                            .put("table", table)
                            .put("log", log)
                            .build());
        }
        statements.add(
                Sql.text(TRUNCATE)
                        .put("trigger", TRUNCATE_TRIGGER)
                        .put("table", table)
                        .put("function", refuse)
                        .build());
        statements.add(always(table, ROW_TRIGGER));
        statements.add(always(table, TRUNCATE_TRIGGER));
        return statements;
    }

    static Sql always(QualifiedName table, Identifier trigger) {
        return Sql.text("ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
                .put("table", table)
                .put("trigger", trigger)
                .build();
    }

    static List<Sql> dropTriggers(QualifiedName table) {
        return Stream.of(ROW_TRIGGER, TRUNCATE_TRIGGER, KeylessSql.REFUSE_TRIGGER)
                .map(trigger ->
                        Sql.text("DROP TRIGGER IF EXISTS {trigger} ON {table}")
                                .put("trigger", trigger)
                                .put("table", table)
                                .build())
                .toList();
    }

    /// The log and its function; nothing may use them any more.
    List<Sql> dropLog() {
        return List.of(
                Sql.text("DROP TABLE IF EXISTS {log}").put("log", log).build(),
                Sql.text("DROP FUNCTION IF EXISTS {log}()").put("log", log).build());
    }
}
