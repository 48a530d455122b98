package dev.kalends.migrate;

import dev.kalends.pg.Session;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;

/// Takes back what `ALTER DEFAULT PRIVILEGES` gives to others on a table that Kalends makes: the
/// partitioned table gets the source's rights, and a partition gets none, because who may read a
/// partition itself passes by the rights on the table.
final class DefaultPrivileges {
    private DefaultPrivileges() {}

    private static final Sql OTHERS =
            Sql.of(
                    """
                    SELECT DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END
                      FROM pg_class c, aclexplode(c.relacl) g
                     WHERE c.oid = to_regclass(?) AND g.grantee <> c.relowner
                    """);

    static void takeBack(Session session, QualifiedName table) {
        for (String role : session.query(OTHERS, row -> row.text(1), table.render())) {
            session.execute(TwinSql.revokeAll(table, ServerText.of(role)));
        }
    }
}
