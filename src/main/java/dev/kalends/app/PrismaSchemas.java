package dev.kalends.app;

import dev.kalends.catalog.Relation;
import dev.kalends.config.TableConfig;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Migration;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.pg.catalog.CatalogReader;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Phase;
import dev.kalends.prisma.PrismaChange;
import dev.kalends.prisma.PrismaSchema;
import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
import java.util.List;

/// What conversions change in a Prisma schema.
public final class PrismaSchemas {
    private static final String UNCHANGED = "Nothing was changed.";

    private final Target target;

    public PrismaSchemas(Target target) {
        this.target = target;
    }

    /// Of tables that are converted: the named ones, or all.
    ///
    /// @throws KalendsException MIGRATION_NOT_FOUND if a named one is not
    public PrismaChange converted(String schema, List<QualifiedName> named) {
        try (Session session = Session.open(target, "schema")) {
            List<MigrationSpec> specs = new ArrayList<>();
            CatalogReader catalog = new CatalogReader(session);
            List<Migration> all = Journal.exists(session) ? Journal.all(session) : List.of();
            for (Migration migration : all) {
                QualifiedName table = migration.spec().table();
                if (isConverted(migration)
                        && isPartitioned(catalog, table)
                        && (named.isEmpty() || named.contains(table))) {
                    specs.removeIf(spec -> spec.table().equals(table));
                    specs.add(migration.spec());
                }
            }
            for (QualifiedName table : named) {
                if (specs.stream().noneMatch(spec -> spec.table().equals(table))) {
                    throw notConverted(table.display());
                }
            }
            if (specs.isEmpty()) {
                throw notConverted("Any table");
            }
            return PrismaSchema.change(schema, specs);
        } catch (PgException e) {
            throw e.toKalends(
                    "Cannot read what was converted", UNCHANGED, "See the message above.");
        }
    }

    private static boolean isConverted(Migration migration) {
        return migration.phase() == Phase.SWITCHED || migration.phase() == Phase.COMPLETED;
    }

    private static boolean isPartitioned(CatalogReader catalog, QualifiedName table) {
        Relation relation = catalog.relation(table);
        return relation != null && relation.kind() == Relation.Kind.PARTITIONED_TABLE;
    }

    private static KalendsException notConverted(String table) {
        return new KalendsException(
                FailureCode.MIGRATION_NOT_FOUND,
                table.equals("Any table")
                        ? "No table of this database has been converted."
                        : table + " has not been converted.",
                UNCHANGED,
                "Say --planned to see what the configuration would change.");
    }

    /// Of tables as they are configured and not converted yet.
    public static PrismaChange planned(String schema, Kalends kalends, List<TableConfig> wishes) {
        return PrismaSchema.change(
                schema, wishes.stream().map(wish -> kalends.plan(wish).spec()).toList());
    }
}
