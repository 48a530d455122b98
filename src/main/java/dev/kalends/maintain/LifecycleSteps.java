package dev.kalends.maintain;

import dev.kalends.catalog.PartitionBounds;
import dev.kalends.catalog.PartitionSet;
import dev.kalends.config.Age;
import dev.kalends.config.LifecycleConfig;
import dev.kalends.journal.Archives;
import dev.kalends.journal.PartitionSets;
import dev.kalends.plan.MaintenanceStep;
import dev.kalends.plan.Scheme;
import dev.kalends.plan.SetSpec;
import dev.kalends.sql.QualifiedName;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The steps that age asks for, oldest partition first, and why a partition stays though its time
/// has come.
final class LifecycleSteps {
    private final Prober prober;
    private final Archiving archiving;

    /// Whether partitions can be written to an archive at all.
    enum Archiving {
        POSSIBLE,
        NOT_POSSIBLE
    }

    LifecycleSteps(Prober prober, Archiving archiving) {
        this.prober = prober;
        this.archiving = archiving;
    }

    record Result(List<MaintenanceStep> steps, List<SetReport.Stay> stays) {}

    private record Question(
            Scene scene,
            PartitionSets.Maintained maintained,
            PartitionSet set,
            Scheme.TimeRange times,
            LifecycleConfig lifecycle,
            LocalDateTime now,
            Set<Long> leaving,
            Map<Long, Long> changes) {
        SetSpec spec() {
            return maintained.spec();
        }

        Archives.@Nullable Archived archived(long leafOid) {
            Archives.Archived archived = scene.archived().get(leafOid);
            return archived == null || !Long.valueOf(maintained.id()).equals(archived.set())
                    ? null
                    : archived;
        }
    }

    Result of(
            Scene scene,
            PartitionSets.Maintained maintained,
            PartitionSet set,
            Scheme.TimeRange times,
            Policy policy,
            LocalDateTime now,
            Set<Long> leaving) {
        Result result = new Result(new ArrayList<>(), new ArrayList<>());
        Question question =
                new Question(
                        scene,
                        maintained,
                        set,
                        times,
                        policy.lifecycle(),
                        now,
                        new HashSet<>(leaving),
                        policy.lifecycle().updates().isEmpty() ? Map.of() : prober.changes(set));
        continued(question, result);
        for (LifecyclePlanner.Due due :
                LifecyclePlanner.due(Slots.times(set, times), policy.lifecycle(), now)) {
            if (scene.retirements().stream()
                    .anyMatch(each -> each.leafOid() == due.member().oid())) {
                continue;
            }
            if (maintained.standing() == PartitionSets.Standing.OPEN) {
                result.stays()
                        .add(
                                new SetReport.Stay(
                                        due.member().name(),
                                        "its conversion can still be rolled back: nothing but making partitions happens before cleanup"));
                continue;
            }
            due.updates().forEach(update -> update(question, due, update, result));
            Archives.Archived archived = question.archived(due.member().oid());
            if (archived != null && archived.standing() == Archives.Standing.RESTORED) {
                if (due.leaving() != LifecyclePlanner.Leaving.STAYS) {
                    result.stays().add(new SetReport.Stay(due.member().name(), RESTORED));
                }
                continue;
            }
            archiveAndRetire(question, due, result);
        }
        expire(question, result);
        return result;
    }

    private static final String RESTORED =
            "it was restored from the archive, and is not archived again until kalends archive export asks for it";

    /// What has been in the archive long enough. What is in the database too is left alone: it
    /// would only be archived again.
    private static void expire(Question question, Result result) {
        Age keep = question.lifecycle().retainArchive();
        if (keep == null) {
            return;
        }
        LocalDateTime oldest = question.now().minus(keep.period());
        for (Archives.Archived each : question.scene().archives()) {
            if (!Long.valueOf(question.maintained().id()).equals(each.set())
                    || each.standing() != Archives.Standing.GONE
                    || end(each.bounds(), question.times()).isAfter(oldest)) {
                continue;
            }
            if (each.heldBecause() != null) {
                result.stays()
                        .add(
                                new SetReport.Stay(
                                        each.leaf(),
                                        "it would leave the archive, and is held: "
                                                + each.heldBecause()));
                continue;
            }
            result.steps()
                    .add(
                            new MaintenanceStep.ExpireArchive(
                                    question.set().name(),
                                    each.leaf(),
                                    each.id(),
                                    each.location(),
                                    each.rows(),
                                    List.of(),
                                    List.of()));
        }
    }

    /// What an earlier tick began.
    private void continued(Question question, Result result) {
        for (PartitionSets.Retirement each : question.scene().retirements()) {
            if (each.set() != question.maintained().id()) {
                continue;
            }
            if (each.state() == PartitionSets.State.SET_ASIDE) {
                LocalDateTime end = end(each.bounds(), question.times());
                if (!LifecyclePlanner.goes(end, question.lifecycle(), question.now())) {
                    continue;
                }
            }
            PartitionSet.Member member =
                    new PartitionSet.Member(
                            each.leafOid(),
                            each.leaf(),
                            PartitionSet.Place.TABLE,
                            PartitionBounds.parse(each.bounds()),
                            each.bounds(),
                            PartitionSet.Standing.DETACHING,
                            -1,
                            -1);
            LifecyclePlanner.Leaving leaving =
                    LifecyclePlanner.goes(
                                    end(each.bounds(), question.times()),
                                    question.lifecycle(),
                                    question.now())
                            ? LifecyclePlanner.Leaving.GOES
                            : LifecyclePlanner.Leaving.SET_ASIDE;
            result.steps()
                    .add(
                            new RetireSql(question.set(), question.spec(), member)
                                    .step(
                                            MaintenanceStep.Retire.Manner.DETACHED,
                                            ending(question.lifecycle(), leaving),
                                            question.lifecycle().schema(),
                                            each.state() == PartitionSets.State.SET_ASIDE
                                                    ? "set aside earlier"
                                                    : "begun by an earlier tick"));
        }
    }

    private static LocalDateTime end(String bounds, Scheme.TimeRange times) {
        return PartitionBounds.parse(bounds)
                        instanceof
                        PartitionBounds.Range(
                                PartitionBounds.End _,
                                PartitionBounds.End.At(String text))
                ? times.codec().boundTime(text, times.timeZone())
                : LocalDateTime.MAX;
    }

    private static MaintenanceStep.Retire.End ending(
            LifecycleConfig lifecycle, LifecyclePlanner.Leaving leaving) {
        if (leaving == LifecyclePlanner.Leaving.SET_ASIDE) {
            return MaintenanceStep.Retire.End.SET_ASIDE;
        }
        return switch (lifecycle.ending()) {
            case ARCHIVED -> MaintenanceStep.Retire.End.ARCHIVED;
            case DROPPED -> MaintenanceStep.Retire.End.DROPPED;
            case DETACHED -> MaintenanceStep.Retire.End.KEPT;
        };
    }

    private static void update(
            Question question,
            LifecyclePlanner.Due due,
            LifecycleConfig.Update update,
            Result result) {
        UpdateSql sql =
                new UpdateSql(question.set().name(), question.times(), update, question.now());
        boolean whollyOld = !due.span().to().isAfter(question.now().minus(update.after().period()));
        Long done = done(question, sql.rule(), due.member().oid());
        Long changes = question.changes().get(due.member().oid());
        if (whollyOld && done != null && done.equals(changes)) {
            return;
        }
        result.steps().add(sql.step(due.member()));
    }

    private static @Nullable Long done(Question question, String rule, long leafOid) {
        return question.scene().updated().stream()
                .filter(each ->
                        each.set() == question.maintained().id()
                                && each.rule().equals(rule)
                                && each.leafOid() == leafOid)
                .map(PartitionSets.Updated::changes)
                .findFirst()
                .orElse(null);
    }

    private void archiveAndRetire(Question question, LifecyclePlanner.Due due, Result result) {
        PartitionSet.Member member = due.member();
        boolean leaves = due.leaving() != LifecyclePlanner.Leaving.STAYS;
        List<MaintenanceStep> settled = new ArrayList<>();
        if (leaves) {
            List<String> reasons = obstacles(question, member, settled);
            if (!reasons.isEmpty()) {
                result.stays().add(new SetReport.Stay(member.name(), String.join("; ", reasons)));
                return;
            }
        }
        if (due.archiving() == LifecyclePlanner.Archiving.DUE
                && question.archived(member.oid()) == null) {
            if (archiving == Archiving.NOT_POSSIBLE) {
                result.stays()
                        .add(
                                new SetReport.Stay(
                                        member.name(),
                                        "it is to be archived first, and no archive is at hand: drop: true drops without, keep: detached keeps it beside"));
                return;
            }
            result.steps()
                    .add(
                            new MaintenanceStep.Export(
                                    question.set().name(),
                                    member.name(),
                                    List.of(RetireSql.checksum(member.name())),
                                    List.of()));
        }
        if (leaves) {
            result.steps().addAll(settled);
            RetireSql sql = new RetireSql(question.set(), question.spec(), member);
            result.steps()
                    .add(
                            sql.step(
                                    manner(question, sql),
                                    ending(question.lifecycle(), due.leaving()),
                                    question.lifecycle().schema(),
                                    due.reason()));
            question.leaving().add(member.oid());
        }
    }

    /// A view over the archive changes in the transaction that detaches, and CONCURRENTLY is none.
    private static MaintenanceStep.Retire.Manner manner(Question question, RetireSql sql) {
        return question.scene().viewed().contains(question.set().oid())
                ? MaintenanceStep.Retire.Manner.LOCKED
                : sql.manner();
    }

    /// Why a partition whose time has come stays.
    ///
    /// @param settled gets what removes an obstacle, as configured
    private List<String> obstacles(
            Question question, PartitionSet.Member member, List<MaintenanceStep> settled) {
        List<String> reasons = new ArrayList<>();
        ReferrerSql sql =
                new ReferrerSql(question.set(), question.spec(), member, question.leaving());
        for (Prober.Referrer each :
                prober.referrers(question.set(), question.spec(), member, question.leaving())) {
            QualifiedName referring = each.reference().referencing();
            if (each.pairing() == Prober.Referrer.Pairing.PAIRED) {
                reasons.add(
                        "%s, which is paired with it, is still there with %s rows"
                                .formatted(referring, Prober.count(each.rows())));
                continue;
            }
            LifecycleConfig.Referrers way = question.lifecycle().referrers().get(referring);
            if (way == null) {
                reasons.add(
                        "%s rows of %s refer to its rows (%s)"
                                .formatted(
                                        Prober.count(each.rows()),
                                        referring,
                                        each.reference().name()));
                continue;
            }
            List<String> actions =
                    way == LifecycleConfig.Referrers.DELETE
                            ? prober.actions(
                                    each.reference().referencingOid(),
                                    guards(question.scene(), referring))
                            : List.of();
            if (!actions.isEmpty()) {
                reasons.add(
                        "%s rows of %s refer to its rows and would be deleted as configured, but foreign keys of %s would act on that"
                                .formatted(
                                        Prober.count(each.rows()),
                                        referring,
                                        String.join(" and ", actions)));
                continue;
            }
            settled.add(
                    new MaintenanceStep.SettleReferrers(
                            question.set().name(),
                            member.name(),
                            referring,
                            each.reference().name(),
                            each.rows(),
                            List.of(sql.settle(each.reference(), way)),
                            List.of()));
        }
        if (reasons.isEmpty()) {
            reasons.addAll(
                    prober.conditions(question.set().name(), member.name(), question.lifecycle()));
        }
        return reasons;
    }

    private static List<QualifiedName> guards(Scene scene, QualifiedName table) {
        PartitionSets.Maintained maintained = scene.maintained(table);
        return maintained == null
                ? List.of()
                : maintained.spec().guards().stream().map(SetSpec.Guard::table).toList();
    }
}
