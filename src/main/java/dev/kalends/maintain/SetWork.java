package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.config.LifecycleConfig;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Archives;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.PgException;
import dev.kalends.plan.MaintenanceStep;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.QualifiedName;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Carries the steps of one table out, one after another.
final class SetWork {
    private final Hands hands;
    private final Scene scene;
    private final Prober prober;
    private final SetPlan plan;
    private final Tick.Consent consent;
    private @Nullable CreateSql creation;
    // What the steps so far have left of the plan's.
    private PartitionSet set;

    SetWork(Hands hands, Scene scene, Prober prober, SetPlan plan, Tick.Consent consent) {
        this.hands = hands;
        this.scene = scene;
        this.prober = prober;
        this.plan = plan;
        this.set = plan.set();
        this.consent = consent;
    }

    /// What is told of one table in the end.
    static final class Log {
        private final List<String> done = new ArrayList<>();
        private final List<MaintenanceStep> waiting = new ArrayList<>();
        private final Map<QualifiedName, String> stays = new LinkedHashMap<>();
        private final List<String> notes = new ArrayList<>();
        private final List<SetReport.Failure> failures = new ArrayList<>();

        /// Of a plan the reasons; those of an earlier one are superseded.
        void plan(SetPlan plan) {
            plan.stays().forEach(stay -> stays.put(stay.partition(), stay.reason()));
            plan.notes().stream().filter(note -> !notes.contains(note)).forEach(notes::add);
        }

        void held(String note) {
            notes.add(note);
        }

        void failed(FailureCode code, String what) {
            SetReport.Failure failure = new SetReport.Failure(code, what);
            if (!failures.contains(failure)) {
                failures.add(failure);
            }
        }

        SetReport report(QualifiedName table) {
            return planned(table, List.of());
        }

        SetReport planned(QualifiedName table, List<MaintenanceStep> steps) {
            return new SetReport(
                    table,
                    steps,
                    done,
                    waiting,
                    stays.entrySet().stream()
                            .map(each -> new SetReport.Stay(each.getKey(), each.getValue()))
                            .toList(),
                    notes,
                    failures);
        }
    }

    /// @param last whether locks that are not free now are a failure
    /// @return false if it is to be run again: locks were not free, or there is more to do now
    // The caller counts the tries.
    @SuppressWarnings("BooleanParameter")
    boolean run(Log log, boolean last) {
        agree();
        boolean free = true;
        boolean settled = true;
        Set<QualifiedName> unexported = new HashSet<>();
        log.waiting.clear();
        for (MaintenanceStep step : plan.steps()) {
            if (hands.stop().requested()) {
                return true;
            }
            if (step.removes() && !agreed()) {
                log.waiting.add(step);
                continue;
            }
            // What could not be archived is not detached either: the application keeps its rows.
            if (step instanceof MaintenanceStep.Retire retire
                    && (!settled || unexported.contains(retire.partition()))) {
                continue;
            }
            try {
                String told = carryOut(step);
                if (!told.isEmpty()) {
                    log.done.add(told);
                }
                if (step instanceof MaintenanceStep.FinishDetach) {
                    // Its range has no partition now, and is planned anew.
                    return false;
                }
            } catch (KalendsException e) {
                if (e.code() != FailureCode.LOCK_NOT_AVAILABLE) {
                    log.failed(e.code(), e.what() + " " + e.state() + " " + e.next());
                } else if (last) {
                    log.failed(e.code(), e.what());
                } else {
                    free = false;
                }
                settled = !(step instanceof MaintenanceStep.SettleReferrers);
                noteUnexported(step, unexported);
            } catch (PgException e) {
                if (e.connectionLost()) {
                    throw e;
                }
                noteUnexported(step, unexported);
                if (e.lockNotAvailable() && !last) {
                    free = false;
                } else {
                    log.failed(FailureCode.STATEMENT_FAILED, step.title() + ": " + e.getMessage());
                }
                settled = !(step instanceof MaintenanceStep.SettleReferrers);
            }
        }
        return free;
    }

    private static void noteUnexported(MaintenanceStep step, Set<QualifiedName> unexported) {
        if (step instanceof MaintenanceStep.Export export) {
            unexported.add(export.partition());
        }
    }

    private String removal() {
        return plan.policy().lifecycle().removal();
    }

    private boolean agreed() {
        return consent == Tick.Consent.GIVEN || removal().equals(plan.maintained().agreedRemoval());
    }

    private void agree() {
        boolean removes = plan.steps().stream().anyMatch(MaintenanceStep::removes);
        if (consent == Tick.Consent.GIVEN
                && removes
                && !removal().equals(plan.maintained().agreedRemoval())) {
            hands.session()
                    .transaction(() ->
                            PartitionSets.agree(
                                    hands.session(), plan.maintained().id(), removal()));
        }
    }

    private String carryOut(MaintenanceStep step) {
        return switch (step) {
            case MaintenanceStep.FinishDetach finish -> finish(finish);
            case MaintenanceStep.CreatePartition create ->
                    new Creation(hands, plan.maintained(), set, prober).create(create, creation());
            case MaintenanceStep.PlaceRows place ->
                    new Creation(hands, plan.maintained(), set, prober)
                            .place(place, new PlaceSql(set, times(), creation(), prober));
            case MaintenanceStep.UpdateRows update -> update(update);
            case MaintenanceStep.Export export -> {
                Archives.Fresh archived =
                        new Exporting(hands, plan.maintained())
                                .run(set, attached(export.partition()), standing(export));
                yield "Exported %s with %d rows.".formatted(export.partition(), archived.rows());
            }
            case MaintenanceStep.SettleReferrers settle -> settle(settle);
            case MaintenanceStep.Retire retire -> retire(retire);
            case MaintenanceStep.ExpireArchive expire -> expire(expire);
        };
    }

    private Exporting.Standing standing(MaintenanceStep.Export export) {
        return plan.steps().stream()
                        .anyMatch(each ->
                                each instanceof MaintenanceStep.Retire retire
                                        && retire.partition().equals(export.partition()))
                ? Exporting.Standing.LEAVING
                : Exporting.Standing.LIVE;
    }

    private String expire(MaintenanceStep.ExpireArchive step) {
        PartitionArchive archive = hands.archive();
        if (archive == null) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "%s is to leave the archive, which is not at hand.".formatted(step.partition()),
                    "Nothing was removed.",
                    "Run kalends maintain with the archive section of the configuration.");
        }
        new Expiry(
                        step.archive(),
                        plan.maintained().id(),
                        step.partition(),
                        step.location(),
                        step.rows())
                .run(hands.session(), archive, hands.views());
        return "Removed %s from the archive, with its %d rows."
                .formatted(step.partition(), step.rows());
    }

    private Scheme.TimeRange times() {
        return (Scheme.TimeRange) plan.policy().scheme();
    }

    private CreateSql creation() {
        CreateSql sql = creation;
        if (sql == null) {
            SetPlanner planner =
                    new SetPlanner(
                            scene,
                            prober,
                            hands.clock().instant(),
                            new LifecycleSteps(prober, LifecycleSteps.Archiving.NOT_POSSIBLE));
            Scheme scheme = plan.policy().scheme();
            List<PartitionSet.Member> siblings =
                    scheme instanceof Scheme.TimeRange times
                            ? Slots.times(set, times).stream().map(Slots.Slot::member).toList()
                            : Slots.numbers(set).stream().map(Slots.Slot::member).toList();
            sql = planner.creation(set, scheme, siblings);
            creation = sql;
        }
        return sql;
    }

    private PartitionSet.Member attached(QualifiedName partition) {
        return set.members().stream()
                .filter(each -> each.name().equals(partition))
                .findFirst()
                .orElseThrow();
    }

    private String finish(MaintenanceStep.FinishDetach step) {
        hands.session().execute(step.statements());
        PartitionSets.note(
                hands.session(),
                plan.maintained().id(),
                "finish",
                "the detach of " + step.partition());
        return "Finished the interrupted detach of %s, which is a table of its own now."
                .formatted(step.partition());
    }

    private String update(MaintenanceStep.UpdateRows step) {
        LocalDateTime now = LocalDateTime.ofInstant(hands.clock().instant(), times().timeZone());
        for (LifecycleConfig.Update each : plan.policy().lifecycle().updates()) {
            UpdateSql sql = new UpdateSql(set.name(), times(), each, now);
            if (sql.rule().equals(step.rule())) {
                return new Updating(hands, plan.maintained())
                        .run(step, sql, attached(step.partition()));
            }
        }
        throw new IllegalStateException("No such rule: " + step.rule());
    }

    private String settle(MaintenanceStep.SettleReferrers step) {
        PartitionSet.Member member = attached(step.partition());
        ReferrerSql sql = new ReferrerSql(set, plan.maintained().spec(), member, Set.of());
        PartitionSet.Reference reference =
                sql.references().stream()
                        .filter(each ->
                                each.referencing().equals(step.referrer())
                                        && each.name().equals(step.key()))
                        .findFirst()
                        .orElseThrow();
        LifecycleConfig.Referrers way =
                Objects.requireNonNull(plan.policy().lifecycle().referrers().get(step.referrer()));
        long rows = new Settling(hands).run(sql.settle(reference, way));
        String told =
                "%s %d rows of %s that referred to %s, as configured."
                        .formatted(
                                way == LifecycleConfig.Referrers.DELETE ? "Deleted" : "Cleared",
                                rows,
                                step.referrer(),
                                step.partition());
        PartitionSets.note(hands.session(), plan.maintained().id(), "settle", told);
        return told;
    }

    private String retire(MaintenanceStep.Retire step) {
        PartitionSets.Retirement record =
                scene.retirements().stream()
                        .filter(each -> each.leafOid() == step.partitionOid())
                        .findFirst()
                        .orElse(null);
        PartitionSet.Member member =
                record == null ? attached(step.partition()) : Retirement.member(record);
        String told =
                new Retirement(
                                hands,
                                plan.maintained(),
                                set,
                                plan.policy().lifecycle(),
                                member,
                                record)
                        .run(step);
        // A detached one still has foreign keys of its own until it is released.
        set = set.without(member.oid());
        return told;
    }
}
