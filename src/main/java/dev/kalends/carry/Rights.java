package dev.kalends.carry;

import dev.kalends.catalog.Access;
import dev.kalends.catalog.Grant;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;

/// Rights on what was just made: those of what it stands for, no others.
public final class Rights {
    private Rights() {}

    private static final String REVOKE_DEFAULTS =
            """
            DECLARE
                other oid;
            BEGIN
                FOR other IN
                    SELECT DISTINCT g.grantee FROM pg_class c, aclexplode(c.relacl) g
                     WHERE c.oid = {relation}::regclass AND g.grantee <> c.relowner
                LOOP
                    EXECUTE format('REVOKE ALL ON %s FROM %s', {relation},
                                   CASE other WHEN 0 THEN 'PUBLIC' ELSE other::regrole::text END);
                END LOOP;
            END
            """;

    /// Takes back what `ALTER DEFAULT PRIVILEGES` granted on a relation just made: who may not read
    /// the table must not read its rows there.
    public static Sql revokeDefaults(QualifiedName relation) {
        Sql body = Sql.text(REVOKE_DEFAULTS).put("relation", Literal.of(relation.render())).build();
        return Sql.text("DO {body}").put("body", Literal.of(body.render())).build();
    }

    /// @param relation a table, sequence, view or materialized view that has its owner already
    public static List<Sql> on(QualifiedName relation, Access access) {
        List<Sql> statements = new ArrayList<>();
        statements.add(revokeDefaults(relation));
        if (!access.grants().isEmpty()) {
            statements.add(
                    Sql.text("REVOKE ALL ON {relation} FROM {owner}")
                            .put("relation", relation)
                            .put("owner", access.owner())
                            .build());
        }
        for (Grant grant : access.grants()) {
            statements.add(
                    Sql.text("GRANT {privilege} ON {relation} TO {grantee}{option}")
                            .put("privilege", ServerText.of(grant.privilege()))
                            .put("relation", relation)
                            .put("grantee", ServerText.of(grant.grantee()))
                            .put("option", ServerText.of(grant.option()))
                            .build());
        }
        return statements;
    }
}
