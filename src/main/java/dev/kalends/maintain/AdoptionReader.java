package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.CatalogReader;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.List;

/// Looks at a table that is to be taken over; changes nothing.
public final class AdoptionReader {
    private static final int SAMPLE = 200;

    private AdoptionReader() {}

    public static AdoptionFacts read(Session session, PartitionSet set) {
        PartitionSet.Member rest = set.rest();
        return new AdoptionFacts(
                set,
                sample(session, set),
                new CatalogReader(session).role(set.oid()).missing(),
                partman(session, set.name()),
                session.query(UNLIKE, row -> row.text(1), set.oid(), set.oid()),
                session.query(OWN, row -> row.text(1), set.oid()),
                rest == null || rest.place() != PartitionSet.Place.TABLE
                        ? 0
                        : session.one(
                                Sql.text("SELECT count(*) FROM (SELECT FROM {rest} LIMIT {most}) x")
                                        .put("rest", rest.name())
                                        .put("most", Literal.of(Prober.ROWS_COUNTED + 1))
                                        .build(),
                                row -> row.number(1)));
    }

    private static List<String> sample(Session session, PartitionSet set) {
        if (set.keys().size() != 1) {
            return List.of();
        }
        return session.query(
                Sql.text("SELECT {key}::text FROM {table} WHERE {key} IS NOT NULL LIMIT {most}")
                        .put("key", set.keys().getFirst().name())
                        .put("table", set.name())
                        .put("most", Literal.of(SAMPLE))
                        .build(),
                row -> row.text(1));
    }

    private static final Sql PARTMAN =
            Sql.of(
                    """
                    SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_partman'
                    """);
    private static final String CONFIGURED =
            "SELECT count(*) FROM {config} WHERE parent_table = {table} AND automatic_maintenance <> 'none'";

    private static AdoptionFacts.Partman partman(Session session, QualifiedName table) {
        List<String> schemas = session.query(PARTMAN, row -> row.text(1));
        if (schemas.isEmpty()) {
            return AdoptionFacts.Partman.NO;
        }
        String name = table.schema().value() + "." + table.name().value();
        try {
            long rows =
                    session.one(
                            Sql.text(CONFIGURED)
                                    .put(
                                            "config",
                                            new QualifiedName(
                                                    Identifier.of(schemas.getFirst()),
                                                    Identifier.of("part_config")))
                                    .put("table", Literal.of(name))
                                    .build(),
                            row -> row.number(1));
            return rows > 0 ? AdoptionFacts.Partman.YES : AdoptionFacts.Partman.NO;
        } catch (PgException e) {
            if (e.is("42501")) {
                return AdoptionFacts.Partman.UNKNOWN;
            }
            throw e;
        }
    }

    private static final Sql UNLIKE =
            Sql.of(
                    """
                    WITH own AS (SELECT array_agg(a.attname ORDER BY a.attnum) AS names, max(a.attnum) AS last FROM pg_attribute a
                                  WHERE a.attrelid = ? AND a.attnum > 0 AND NOT a.attisdropped)
                    SELECT h.inhrelid::regclass::text FROM pg_inherits h, own
                     WHERE h.inhparent = ? AND own.names <> (SELECT array_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
                            WHERE a.attrelid = h.inhrelid AND a.attnum > 0 AND NOT a.attisdropped)
                     ORDER BY 1
                    """);
    private static final Sql OWN =
            Sql.of(
                    """
                    WITH m AS (SELECT h.inhrelid AS oid FROM pg_inherits h WHERE h.inhparent = ? AND NOT h.inhdetachpending)
                    SELECT 'trigger ' || t.tgname || ' of ' || t.tgrelid::regclass FROM m JOIN pg_trigger t ON t.tgrelid = m.oid
                     WHERE NOT t.tgisinternal AND t.tgparentid = 0
                    UNION ALL
                    SELECT 'constraint ' || c.conname || ' of ' || c.conrelid::regclass FROM m JOIN pg_constraint c ON c.conrelid = m.oid
                     WHERE c.contype = 'c' AND c.conislocal AND c.coninhcount = 0
                    UNION ALL
                    SELECT 'policy ' || p.polname || ' of ' || p.polrelid::regclass FROM m JOIN pg_policy p ON p.polrelid = m.oid
                    UNION ALL
                    SELECT 'membership of ' || r.prrelid::regclass || ' in publication ' || p.pubname
                      FROM m JOIN pg_publication_rel r ON r.prrelid = m.oid JOIN pg_publication p ON p.oid = r.prpubid
                    ORDER BY 1
                    """);
}
