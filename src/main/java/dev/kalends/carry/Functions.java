package dev.kalends.carry;

import dev.kalends.catalog.DependentFunction;
import dev.kalends.catalog.Grant;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Literal;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;

/// Functions and procedures that are bound to the table. A body in standard SQL is replaced by the
/// same text, which is then bound to whichever table has the name; what has the row type in its
/// signature is dropped and made again.
final class Functions implements Family {
    private final List<DependentFunction> functions;

    Functions(MigrationSpec spec) {
        this.functions = spec.source().carried().functions();
    }

    @Override
    public List<Sql> beforeSwap() {
        return functions.stream()
                .filter(function -> function.binding() == DependentFunction.Binding.ROW_TYPE)
                .map(function ->
                        Sql.text("DROP ROUTINE {routine}")
                                .put("routine", ServerText.of(function.identity()))
                                .build())
                .toList();
    }

    @Override
    public List<Sql> afterSwap() {
        List<Sql> statements = new ArrayList<>();
        for (DependentFunction function : functions) {
            statements.add(create(function));
            if (function.binding() == DependentFunction.Binding.ROW_TYPE) {
                statements.addAll(belongings(function));
            }
        }
        return statements;
    }

    @Override
    public List<Sql> beforeSwapBack() {
        return beforeSwap();
    }

    @Override
    public List<Sql> afterSwapBack() {
        return afterSwap();
    }

    /// Inside a literal, because drivers that split statements stumble over bodies in standard SQL.
    private static Sql create(DependentFunction function) {
        Sql body =
                Sql.text("BEGIN EXECUTE {definition}; END")
                        .put("definition", Literal.of(function.definition()))
                        .build();
        return Sql.text("DO {body}").put("body", Literal.of(body.render())).build();
    }

    private static final String REVOKE_DEFAULTS =
            """
            DECLARE
                other oid;
            BEGIN
                FOR other IN
                    SELECT DISTINCT g.grantee FROM pg_proc p, aclexplode(p.proacl) g
                     WHERE p.oid = {routine}::regprocedure AND g.grantee <> p.proowner
                LOOP
                    EXECUTE format('REVOKE ALL ON ROUTINE %s FROM %s', {routine},
                                   CASE other WHEN 0 THEN 'PUBLIC' ELSE other::regrole::text END);
                END LOOP;
                IF (SELECT p.proacl IS NOT NULL FROM pg_proc p WHERE p.oid = {routine}::regprocedure) THEN
                    GRANT EXECUTE ON ROUTINE {name} TO PUBLIC;
                END IF;
            END
            """;

    private static List<Sql> belongings(DependentFunction function) {
        ServerText routine = ServerText.of(function.identity());
        ServerText owner = ServerText.of(function.owner());
        List<Sql> statements = new ArrayList<>();
        statements.add(
                Sql.text("ALTER ROUTINE {routine} OWNER TO {owner}")
                        .put("routine", routine)
                        .put("owner", owner)
                        .build());
        Sql body =
                Sql.text(REVOKE_DEFAULTS)
                        .put("routine", Literal.of(function.identity()))
                        .put("name", routine)
                        .build();
        statements.add(Sql.text("DO {body}").put("body", Literal.of(body.render())).build());
        if (!function.grants().isEmpty()) {
            statements.add(
                    Sql.text("REVOKE ALL ON ROUTINE {routine} FROM PUBLIC, {owner}")
                            .put("routine", routine)
                            .put("owner", owner)
                            .build());
        }
        for (Grant grant : function.grants()) {
            statements.add(
                    Sql.text("GRANT EXECUTE ON ROUTINE {routine} TO {grantee}{option}")
                            .put("routine", routine)
                            .put("grantee", ServerText.of(grant.grantee()))
                            .put("option", ServerText.of(grant.option()))
                            .build());
        }
        if (function.comment() != null) {
            statements.add(
                    Sql.text("COMMENT ON ROUTINE {routine} IS {comment}")
                            .put("routine", routine)
                            .put("comment", Literal.of(function.comment()))
                            .build());
        }
        return statements;
    }
}
