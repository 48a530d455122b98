package dev.kalends.migrate;

import dev.kalends.journal.Chunk;
import dev.kalends.plan.MigrationNames;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import java.util.List;

/// Statements for a table without a primary key, which takes inserts only while it is converted.
///
/// A row that is never updated or deleted keeps its place, so the log holds places: of the
/// partitioned table the partition's oid too. A chunk of the copy deletes, in the statement that
/// reads it, the log rows of its pages: what of them is visible is copied by the same snapshot, and
/// what is not will be replayed. Nothing is copied twice and nothing is left out.
///
/// A rewrite of the table (VACUUM FULL) gives rows other places. The log holds the file as well, so
/// replay counts the rows it can no longer find as conflicts.
final class KeylessSql {
    static final Identifier REFUSE_TRIGGER = Identifier.of("kalends_refuse");
    private static final Identifier SOURCE = Identifier.of("s");

    private final MigrationSpec spec;
    private final MigrationNames names;

    KeylessSql(MigrationSpec spec) {
        this.spec = spec;
        this.names = spec.migrationNames();
    }

    private static final String CREATE_LOG =
            """
            CREATE TABLE {log} (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, origin oid NOT NULL, file oid NOT NULL, place tid NOT NULL)
                WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000)
            """;
    private static final String CREATE_FUNCTION =
            """
            CREATE FUNCTION {log}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
                SET search_path = pg_catalog AS {body}
            """;
    private static final String BODY =
            """
            BEGIN
                INSERT INTO {log} (origin, file, place) VALUES (new.tableoid, pg_relation_filenode(new.tableoid), new.ctid);
                RETURN NULL;
            END
            """;

    List<Sql> log(QualifiedName log) {
        Sql body = Sql.text(BODY).put("log", log).build();
        return List.of(
                Sql.text(CREATE_LOG).put("log", log).build(),
                Sql.text("CREATE INDEX ON {log} (place)").put("log", log).build(),
                Sql.text(CREATE_FUNCTION)
                        .put("log", log)
                        .put("body", Literal.of(body.render()))
                        .build(),
                Sql.text("REVOKE ALL ON FUNCTION {log}() FROM PUBLIC").put("log", log).build());
    }

    private static final String CAPTURE =
            """
            CREATE TRIGGER {trigger} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {log}()
            """;
    private static final String REFUSE =
            """
            CREATE TRIGGER {trigger} BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION {function}()
            """;

    List<Sql> triggers(QualifiedName table, QualifiedName log) {
        return List.of(
                Sql.text(CAPTURE)
                        .put("trigger", CaptureSql.ROW_TRIGGER)
                        .put("table", table)
                        .put("log", log)
                        .build(),
                Sql.text(REFUSE)
                        .put("trigger", REFUSE_TRIGGER)
                        .put("table", table)
                        .put("function", names.own("refuse_change"))
                        .build(),
                CaptureSql.always(table, REFUSE_TRIGGER));
    }

    private static final String COPY =
            """
            WITH seen AS (DELETE FROM {log} WHERE place >= {from}::tid AND place < {to}::tid)
            INSERT INTO {twin} ({columns})
            SELECT {columns} FROM ONLY {table} WHERE ctid >= {from}::tid AND ctid < {to}::tid {order}
            """;

    Sql copy(Chunk chunk, Sql order) {
        return Sql.text(COPY)
                .put("log", names.captureLog())
                .put("twin", names.twin())
                .put("columns", SqlList.of(spec.writtenColumns()))
                .put("table", spec.table())
                .put("from", Preparation.tid(chunk.fromPage()))
                .put("to", Preparation.tid(chunk.toPage()))
                .put("order", order)
                .build();
    }

    private static final String PICKED =
            """
            picked AS (
                DELETE FROM {log} WHERE n IN (SELECT n FROM {log} WHERE n > ? ORDER BY n LIMIT {limit})
                RETURNING n, origin, file, place)
            """;
    private static final String COUNTS =
            """
            SELECT (SELECT count(*) FROM picked), (SELECT max(n) FROM picked), (SELECT count(*) FROM put), 0,
                   (SELECT count(*) FROM picked WHERE file <> pg_relation_filenode(origin))
            """;
    private static final String FORWARD =
            """
            WITH {picked},
            put AS (
                INSERT INTO {twin} ({columns})
                SELECT {sourceColumns} FROM ONLY {table} s WHERE s.ctid = ANY (ARRAY(SELECT place FROM picked))
                RETURNING 1)
            {counts}
            """;

    Sql forward(int rowsMax) {
        return Sql.text(FORWARD)
                .put("picked", picked(names.captureLog(), rowsMax))
                .put("twin", names.twin())
                .put("columns", SqlList.of(spec.writtenColumns()))
                .put("sourceColumns", ReplaySql.of(SOURCE, spec.writtenColumns()))
                .put("table", spec.table())
                .put("counts", Sql.of(COUNTS))
                .build();
    }

    private static final String REVERSE =
            """
            WITH {picked},
            put AS (
                INSERT INTO {old} ({columns})
                SELECT {sourceColumns} FROM picked k JOIN {table} s ON s.tableoid = k.origin AND s.ctid = k.place
                RETURNING 1)
            {counts}
            """;

    Sql reverse(int rowsMax) {
        return Sql.text(REVERSE)
                .put("picked", picked(names.reverseLog(), rowsMax))
                .put("old", names.old())
                .put("columns", SqlList.of(spec.writtenColumns()))
                .put("sourceColumns", ReplaySql.of(SOURCE, spec.writtenColumns()))
                .put("table", spec.table())
                .put("counts", Sql.of(COUNTS))
                .build();
    }

    private static Sql picked(QualifiedName log, int rowsMax) {
        return Sql.text(PICKED).put("log", log).put("limit", Literal.of(rowsMax)).build();
    }

    /// Empties the log of writes to the twin, while nothing but replay has written to it.
    Sql forgetReplayed() {
        return Sql.text("DELETE FROM {log}").put("log", names.reverseLog()).build();
    }

    private static final String PENDING = "s.tableoid = k.origin AND s.ctid = k.place";

    /// Whether a row of the table in use waits to be replayed. The other table does not have it.
    static Sql pending() {
        return Sql.of(PENDING);
    }

    private static final String LOGGED =
            "(SELECT s.{key} FROM ONLY {table} s WHERE s.ctid = ANY (ARRAY(SELECT place FROM {log}))) c";

    Sql logged() {
        return Sql.text(LOGGED)
                .put("key", spec.key())
                .put("table", spec.table())
                .put("log", names.captureLog())
                .build();
    }
}
