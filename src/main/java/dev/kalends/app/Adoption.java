package dev.kalends.app;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.catalog.Relation;
import dev.kalends.catalog.ServerFacts;
import dev.kalends.execute.Lease;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.failure.ShellCommand;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Migration;
import dev.kalends.journal.PartitionSets;
import dev.kalends.maintain.AdoptionFacts;
import dev.kalends.maintain.AdoptionPlan;
import dev.kalends.maintain.AdoptionPlanner;
import dev.kalends.maintain.AdoptionReader;
import dev.kalends.maintain.AdoptionWish;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.pg.catalog.CatalogReader;
import dev.kalends.pg.catalog.PartitionSetReader;
import dev.kalends.plan.Phase;
import dev.kalends.plan.Scheme;
import dev.kalends.plan.SetSpec;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Takes partitioned tables over that others made, and gives them up again.
public final class Adoption {
    private static final String UNCHANGED = "Nothing was changed.";

    private final Target target;
    private final Clock clock;

    public Adoption(Target target, Clock clock) {
        this.target = target;
        this.clock = clock;
    }

    /// What would be taken over; changes nothing.
    ///
    /// @throws KalendsException NOT_ADOPTABLE with every reason
    public AdoptionPlan plan(QualifiedName table, AdoptionWish wish) {
        try (Session session = Session.open(target, "adopt")) {
            return planned(session, table, wish);
        } catch (PgException e) {
            throw failed(table, e);
        }
    }

    /// Takes a table over.
    ///
    /// @throws KalendsException NOT_ADOPTABLE with every reason
    public AdoptionPlan adopt(QualifiedName table, AdoptionWish wish) {
        try (Session session = Session.open(target, "adopt");
                Lease _ = Lease.take(target, List.of(table))) {
            AdoptionPlan plan = planned(session, table, wish);
            SetSpec spec = plan.spec();
            if (spec == null) {
                throw new IllegalStateException("A plan without refusals has a spec");
            }
            Journal.upgrade(session);
            long oid = set(session, table).oid();
            session.transaction(() -> {
                long id = PartitionSets.take(session, guarded(session, spec), oid, null);
                PartitionSets.note(
                        session, id, "adopt", table + ", partitioned " + spec.scheme().words());
            });
            return plan;
        } catch (PgException e) {
            throw failed(table, e);
        }
    }

    private static final Sql EXISTS = Sql.of("SELECT to_regclass(?) IS NOT NULL");

    /// A table that was converted keeps its guards, whoever takes it over: their rows go with its
    /// partitions.
    private static SetSpec guarded(Session session, SetSpec spec) {
        Migration made = Journal.ofTable(session, spec.table());
        if (made == null || made.phase() != Phase.COMPLETED) {
            return spec;
        }
        SetSpec before = SetSpec.of(made.spec(), spec.ahead());
        List<SetSpec.Guard> guards =
                before.guards().stream()
                        .filter(guard ->
                                session.one(EXISTS, row -> row.truth(1), guard.table().render()))
                        .toList();
        return new SetSpec(
                spec.table(),
                before.scheme().key().equals(spec.scheme().key())
                        ? checked(before, spec)
                        : spec.scheme(),
                spec.ahead(),
                guards);
    }

    private static Scheme checked(SetSpec before, SetSpec spec) {
        return before.scheme() instanceof Scheme.TimeRange was
                        && spec.scheme() instanceof Scheme.TimeRange now
                ? new Scheme.TimeRange(
                        now.key(),
                        now.format(),
                        now.timeZone(),
                        now.every(),
                        now.names(),
                        was.collation(),
                        was.timeCheck())
                : spec.scheme();
    }

    /// Ends the maintenance of a table.
    ///
    /// @throws KalendsException NOT_MAINTAINED
    public void release(QualifiedName table) {
        try (Session session = Session.open(target, "adopt");
                Lease _ = Lease.take(target, List.of(table))) {
            boolean released = false;
            if (Journal.exists(session)) {
                Journal.upgrade(session);
                released = PartitionSets.release(session, table, 0);
            }
            if (!released) {
                throw new KalendsException(
                        FailureCode.NOT_MAINTAINED,
                        table + " is not under maintenance.",
                        UNCHANGED,
                        "kalends maintain --plan lists the tables that are.");
            }
        } catch (PgException e) {
            throw failed(table, e);
        }
    }

    private static KalendsException failed(QualifiedName table, PgException e) {
        return e.toKalends("Cannot take over " + table, UNCHANGED, "See the message above.");
    }

    private AdoptionPlan planned(Session session, QualifiedName table, AdoptionWish wish) {
        CatalogReader reader = new CatalogReader(session);
        refuseReplica(reader);
        refuseOthers(reader, table);
        refuseUnderWay(session, table);
        AdoptionFacts facts = AdoptionReader.read(session, set(session, table));
        AdoptionPlan plan =
                AdoptionPlanner.plan(
                        facts, wish, LocalDateTime.ofInstant(clock.instant(), wish.timeZone()));
        if (!plan.refusals().isEmpty()) {
            throw new KalendsException(
                    FailureCode.NOT_ADOPTABLE,
                    "%s cannot be taken over: %s."
                            .formatted(
                                    table,
                                    plan.refusals().stream().collect(Collectors.joining("; "))),
                    UNCHANGED,
                    "Do what is listed, then run the same command again.");
        }
        return plan;
    }

    private static PartitionSet set(Session session, QualifiedName table) {
        PartitionSet set = PartitionSetReader.read(session, List.of(table), Map.of()).get(table);
        if (set == null) {
            throw new IllegalStateException(table + " is gone");
        }
        return set;
    }

    private static void refuseReplica(CatalogReader reader) {
        if (reader.server().writability() == ServerFacts.Writability.REPLICA) {
            throw new KalendsException(
                    FailureCode.SERVER_READ_ONLY,
                    "This server is a replica.",
                    UNCHANGED,
                    "Give the primary's address.");
        }
    }

    private static void refuseOthers(CatalogReader reader, QualifiedName table) {
        Relation relation = reader.relation(table);
        if (relation != null && relation.kind() == Relation.Kind.PARTITIONED_TABLE) {
            return;
        }
        if (relation != null && relation.kind() == Relation.Kind.TABLE) {
            throw new KalendsException(
                    FailureCode.NOT_ADOPTABLE,
                    table + " is not partitioned.",
                    UNCHANGED,
                    "%s converts it.".formatted(ShellCommand.of("migrate", table)));
        }
        if (relation != null && relation.kind() == Relation.Kind.PARTITION) {
            throw new KalendsException(
                    FailureCode.NOT_ADOPTABLE,
                    table + " is a partition.",
                    UNCHANGED,
                    "Name the table that it is a partition of.");
        }
        TableLookup.plainTable(reader, table);
    }

    private static void refuseUnderWay(Session session, QualifiedName table) {
        Migration open = Journal.exists(session) ? Journal.ofTable(session, table) : null;
        if (open != null && open.cleaned() == Migration.Remains.PRESENT) {
            throw new KalendsException(
                    FailureCode.NOT_ADOPTABLE,
                    "A migration of %s is under way, which brings it under maintenance itself."
                            .formatted(table),
                    UNCHANGED,
                    "See kalends status.");
        }
    }
}
