package dev.kalends.migrate;

import dev.kalends.plan.Contract;
import dev.kalends.plan.MigrationNames;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.List;

/// Statements that refuse an update that would move a row to another partition, where what refers
/// to it would be deleted with it.
final class StaySql {
    private static final Identifier NEW = Identifier.of("new");
    private static final Identifier OLD = Identifier.of("old");

    private final MigrationSpec spec;
    private final MigrationNames names;

    StaySql(MigrationSpec spec) {
        this.spec = spec;
        this.names = spec.migrationNames();
    }

    boolean needed() {
        return spec.contract().moves() == Contract.Moves.REFUSED;
    }

    private static final String FUNCTION =
            """
            CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
                SET search_path = pg_catalog AS {body}
            """;

    /// A trigger's function that runs with the rights of its owner.
    static List<Sql> function(QualifiedName function, Sql body, Identifier owner) {
        return List.of(
                Sql.text(FUNCTION)
                        .put("function", function)
                        .put("body", Literal.of(body.render()))
                        .build(),
                Sql.text("ALTER FUNCTION {function}() OWNER TO {owner}")
                        .put("function", function)
                        .put("owner", owner)
                        .build(),
                Sql.text("REVOKE ALL ON FUNCTION {function}() FROM PUBLIC")
                        .put("function", function)
                        .build());
    }

    private static final String BODY =
            """
            DECLARE
                fits boolean;
            BEGIN
                EXECUTE format('SELECT %s FROM (SELECT ($1).*) r', coalesce(pg_get_partition_constraintdef(TG_RELID), 'true'))
                    INTO fits USING new;
                IF NOT fits THEN
                    RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
                        MESSAGE = format('cannot move a row of %I.%I to another partition', TG_TABLE_SCHEMA, TG_TABLE_NAME),
                        DETAIL = 'Rows that refer to it would be deleted with it, or left behind.',
                        HINT = 'Insert the row under its new key and delete the old one.';
                END IF;
                RETURN new;
            END
            """;
    private static final String ON_LEAVING =
            """
            CREATE TRIGGER {trigger} BEFORE UPDATE ON {twin} FOR EACH ROW
                WHEN (ROW({oldPlace}) IS DISTINCT FROM ROW({newPlace})) EXECUTE FUNCTION {function}()
            """;
    private static final Identifier TRIGGER = Identifier.of("zz_kalends_stays");

    private QualifiedName name() {
        return new QualifiedName(names.guardSchema(), Identifier.of("stays"));
    }

    /// To be made in the schema of the guards.
    List<Sql> function() {
        return function(name(), Sql.of(BODY), spec.source().owner());
    }

    /// On the partitioned table.
    List<Sql> trigger() {
        return List.of(
                Sql.text(ON_LEAVING)
                        .put("trigger", TRIGGER)
                        .put("twin", names.twin())
                        .put("oldPlace", ReplaySql.of(OLD, spec.partitionKeys()))
                        .put("newPlace", ReplaySql.of(NEW, spec.partitionKeys()))
                        .put("function", name())
                        .build(),
                CaptureSql.always(names.twin(), TRIGGER));
    }

    Sql drop() {
        return Sql.text("DROP FUNCTION IF EXISTS {function}()").put("function", name()).build();
    }
}
