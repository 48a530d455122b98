package dev.kalends.app;

import dev.kalends.analyze.Check;
import dev.kalends.analyze.CheckReport;
import dev.kalends.analyze.Finding;
import dev.kalends.catalog.Relation;
import dev.kalends.config.Config;
import dev.kalends.config.TableConfig;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.pg.catalog.CatalogReader;
import dev.kalends.sql.QualifiedName;
import dev.kalends.unit.ByteSize;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// What can be asked of a database before anything is decided.
public final class Checks {
    private final Target target;
    private final Config config;
    private final Clock clock;

    public Checks(Target target, Config config, Clock clock) {
        this.target = target;
        this.config = config;
        this.clock = clock;
    }

    /// Looks at the tables, at those of the configuration if none is named, and at the largest ones
    /// if that has none either. Changes nothing.
    ///
    /// @param smallest with less than this, a table is better left as it is
    /// @throws KalendsException TABLE_NOT_FOUND or NOT_A_PLAIN_TABLE
    public CheckReport check(List<QualifiedName> named, ByteSize smallest) {
        return read(session -> {
            Check check = check(session, smallest);
            CatalogReader reader = new CatalogReader(session);
            if (!named.isEmpty()) {
                return check.report(
                        named.stream().map(each -> TableLookup.plainTable(reader, each)).toList());
            }
            return config.tables().isEmpty()
                    ? check.report(relations(reader, check.largest()))
                    : configured(reader, check);
        });
    }

    /// Looks at the largest ordinary tables, whatever is configured.
    public CheckReport largest(ByteSize smallest) {
        return read(session -> {
            Check check = check(session, smallest);
            return check.report(relations(new CatalogReader(session), check.largest()));
        });
    }

    private Check check(Session session, ByteSize smallest) {
        return new Check(
                session,
                config,
                LocalDateTime.ofInstant(clock.instant(), ZoneOffset.UTC),
                smallest);
    }

    @FunctionalInterface
    private interface Reading {
        CheckReport in(Session session);
    }

    private CheckReport read(Reading reading) {
        try (Session session = Session.open(target, "check")) {
            return reading.in(session);
        } catch (PgException e) {
            throw e.toKalends(
                    "Cannot check the database",
                    "Nothing was changed.",
                    "See the message above; docs/privileges.md says what the role needs.");
        }
    }

    private static List<Relation> relations(CatalogReader reader, List<QualifiedName> names) {
        return names.stream().map(reader::relation).filter(Objects::nonNull).toList();
    }

    /// A table stays in the file when it has been converted.
    private CheckReport configured(CatalogReader reader, Check check) {
        List<Relation> plain = new ArrayList<>();
        List<Finding> done = new ArrayList<>();
        for (TableConfig table : config.tables()) {
            Relation relation = reader.relation(table.table());
            if (relation != null && relation.kind() == Relation.Kind.PARTITIONED_TABLE) {
                done.add(
                        new Finding(
                                Finding.Weight.NOTE,
                                "table",
                                table.table() + " is partitioned already.",
                                ""));
            } else {
                plain.add(TableLookup.plainTable(reader, table.table()));
            }
        }
        CheckReport report = check.report(plain);
        done.addAll(report.server());
        return new CheckReport(done, report.tables());
    }
}
