package dev.kalends.migrate;

import dev.kalends.carry.Carry;
import dev.kalends.catalog.MaterializedView;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.Session;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Sql;
import dev.kalends.sql.TableReferences;
import java.util.List;

/// Builds the twins of materialized views, from the table's twin and before the switch, in one
/// transaction that may be repeated.
final class MaterializedViewBuilder {
    private final Work work;

    MaterializedViewBuilder(Work work) {
        this.work = work;
    }

    void run() {
        List<MaterializedView> views = work.spec().source().carried().materializedViews();
        if (views.isEmpty()) {
            return;
        }
        work.pacer().await();
        Session session = work.session();
        session.transaction(() -> {
            session.execute(new Carry(work.spec()).beforeReady());
            views.forEach(this::check);
        });
    }

    private static final Sql MADE =
            Sql.of(
                    """
                    SELECT rtrim(pg_get_viewdef(to_regclass(?)), '; '),
                           EXISTS (SELECT FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                                    WHERE r.ev_class = to_regclass(?) AND d.refclassid = 'pg_class'::regclass AND d.refobjid = ?::bigint::oid)
                    """);

    private record Made(String definition, boolean readsTable) {}

    /// Looks whether the twin says of the twin what the materialized view says of the table: its
    /// text was changed by this program and not by the server.
    private void check(MaterializedView view) {
        MigrationSpec spec = work.spec();
        String twin = view.name().in(work.names().twinSchema()).render();
        Made made =
                work.session()
                        .one(
                                MADE,
                                row -> new Made(row.text(1), row.truth(2)),
                                twin,
                                twin,
                                spec.source().oid());
        String back = TableReferences.renamed(made.definition(), work.names().twin(), spec.table());
        String before = TableReferences.renamed(view.definition(), spec.table(), spec.table());
        if (made.readsTable() || !back.equals(before)) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "Materialized view %s cannot be made to read the twin: it became %s"
                            .formatted(view.name(), made.definition()),
                    "Nothing was switched; the application goes on with the table it uses.",
                    "Run kalends migrate --abort, drop the materialized view, and make it again after the conversion.");
        }
    }
}
