package dev.kalends.maintain;

import dev.kalends.catalog.LeafModel;
import dev.kalends.catalog.PartitionBounds;
import dev.kalends.catalog.PartitionSet;
import dev.kalends.config.TableConfig;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.failure.ShellCommand;
import dev.kalends.journal.PartitionSets;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.MaintenanceStep;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Scheme;
import dev.kalends.plan.SetSpec;
import dev.kalends.sql.QualifiedName;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Puts together what is due for one table: asks the planners, and looks at rows where they must be
/// looked at.
final class SetPlanner {
    private final Scene scene;
    private final Prober prober;
    private final Instant now;
    private final LifecycleSteps lifecycle;

    SetPlanner(Scene scene, Prober prober, Instant now, LifecycleSteps lifecycle) {
        this.scene = scene;
        this.prober = prober;
        this.now = now;
        this.lifecycle = lifecycle;
    }

    private static final class Draft {
        private final List<MaintenanceStep> steps = new ArrayList<>();
        private final List<SetReport.Stay> stays = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
    }

    /// @param leaving partitions of other tables that leave before this table's, in this tick
    /// @throws KalendsException REFUSED if the table is not what was taken over
    SetPlan plan(
            PartitionSets.Maintained maintained,
            @Nullable TableConfig wish,
            Set<MaintenanceWork> work,
            Set<Long> leaving) {
        PartitionSet set = scene.sets().get(maintained.table());
        if (set == null || set.oid() != maintained.oid()) {
            throw another(maintained, set);
        }
        Policy policy = Policy.of(maintained.spec(), wish);
        Draft draft = new Draft();
        try {
            if (work.contains(MaintenanceWork.CREATE)) {
                finishDetaches(set, draft);
                if (policy.scheme() instanceof Scheme.TimeRange times) {
                    byTime(set, times, policy, draft);
                } else if (policy.scheme() instanceof Scheme.NumberRange numbers) {
                    byNumber(set, numbers, policy, draft);
                }
            }
            if (work.contains(MaintenanceWork.LIFECYCLE)
                    && policy.scheme() instanceof Scheme.TimeRange times) {
                LifecycleSteps.Result result =
                        lifecycle.of(scene, maintained, set, times, policy, local(times), leaving);
                draft.steps.addAll(result.steps());
                draft.stays.addAll(result.stays());
                if (!maintained.spec().guards().isEmpty()
                        && result.steps().stream()
                                .anyMatch(each -> each instanceof MaintenanceStep.Retire)) {
                    draft.notes.addAll(
                            prober.unindexed(
                                    maintained.spec().guards().stream()
                                            .map(SetSpec.Guard::table)
                                            .toList()));
                }
            }
        } catch (IllegalArgumentException e) {
            throw new KalendsException(
                    FailureCode.KEY_NOT_USABLE,
                    "%s: %s".formatted(maintained.table(), e.getMessage()),
                    "Nothing was done to this table.",
                    "Correct what is named; the next tick tries again.",
                    e);
        }
        return new SetPlan(maintained, set, policy, draft.steps, draft.stays, draft.notes);
    }

    private static KalendsException another(
            PartitionSets.Maintained maintained, @Nullable PartitionSet set) {
        return new KalendsException(
                FailureCode.REFUSED,
                set == null
                        ? "%s is no partitioned table any more, or is gone."
                                .formatted(maintained.table())
                        : "%s is another table than the one that was taken over: its oid is %d, not %d."
                                .formatted(maintained.table(), set.oid(), maintained.oid()),
                "Nothing was done to this table.",
                "If that is as it should be, end its maintenance with %s --release, or take it over anew with %s."
                        .formatted(
                                ShellCommand.of("adopt", maintained.table()),
                                ShellCommand.of("adopt", maintained.table())));
    }

    private LocalDateTime local(Scheme.TimeRange times) {
        return LocalDateTime.ofInstant(now, times.timeZone());
    }

    /// Those that a tick began are finished by the tick; here those of others.
    private void finishDetaches(PartitionSet set, Draft draft) {
        for (PartitionSet.Member member : set.members()) {
            boolean ours =
                    scene.retirements().stream().anyMatch(each -> each.leafOid() == member.oid());
            if (member.standing() == PartitionSet.Standing.DETACHING && !ours) {
                draft.steps.add(
                        new MaintenanceStep.FinishDetach(
                                set.name(),
                                member.name(),
                                List.of(RetireSql.finish(set.name(), member.name())),
                                List.of(
                                        new dev.kalends.plan.TableLock(
                                                set.name(),
                                                "SHARE UPDATE EXCLUSIVE",
                                                "keeps only other changes of the schema waiting"))));
            }
        }
    }

    private void byTime(PartitionSet set, Scheme.TimeRange times, Policy policy, Draft draft) {
        List<Slots.Slot<LocalDateTime>> slots = Slots.times(set, times);
        List<Span<LocalDateTime>> held = Slots.spans(slots);
        List<Span<LocalDateTime>> due =
                new ArrayList<>(
                        CreationPlanner.due(
                                times,
                                held,
                                policy.ahead(),
                                local(times),
                                LifecyclePlanner.leaving(policy.lifecycle())));
        List<RestPlanner.Wanted> placed = new ArrayList<>();
        PartitionSet.Member rest = set.rest();
        if (rest != null && prober.bytes(rest) > 0) {
            restRows(times, rest, held, draft, placed);
            Set<Span<LocalDateTime>> overlapped = new HashSet<>();
            for (RestPlanner.Wanted each : placed) {
                due.stream()
                        .filter(span ->
                                span.from().isBefore(each.span().to())
                                        && each.span().from().isBefore(span.to()))
                        .forEach(overlapped::add);
            }
            due.removeAll(overlapped);
        }
        List<RestPlanner.Wanted> possible =
                placed.stream().filter(each -> each.way() != RestPlanner.Way.NOT).toList();
        if (due.isEmpty() && possible.isEmpty()) {
            return;
        }
        List<Span<LocalDateTime>> spans = new ArrayList<>();
        possible.forEach(each -> spans.add(each.span()));
        spans.addAll(due);
        String table = set.name().name().value();
        Set<String> taken =
                prober.taken(
                        set.name().schema(),
                        spans.stream()
                                .flatMap(span ->
                                        CreationPlanner.candidates(times, table, span).stream())
                                .toList());
        List<Partition> made = CreationPlanner.named(times, table, spans, taken::contains);
        noteOtherNames(times, table, spans, made, draft);
        CreateSql sql = creation(set, times, slots.stream().map(Slots.Slot::member).toList());
        for (int i = 0; i < possible.size(); i++) {
            draft.steps.add(
                    new PlaceSql(set, times, sql, prober).step(made.get(i), possible.get(i)));
        }
        for (Partition each : made.subList(possible.size(), made.size())) {
            draft.steps.add(sql.step(each));
        }
    }

    private void restRows(
            Scheme.TimeRange times,
            PartitionSet.Member rest,
            List<Span<LocalDateTime>> held,
            Draft draft,
            List<RestPlanner.Wanted> placed) {
        Prober.Rest rows = prober.rest(rest.name(), times);
        if (rows.others() > 0) {
            draft.notes.add(
                    "%s holds %d rows whose %s says no time that a partition could hold; they stay there."
                            .formatted(rest.name(), rows.others(), times.key()));
        }
        for (RestPlanner.Wanted each : RestPlanner.wanted(rows, prober.pages(rest), times, held)) {
            placed.add(each);
            if (each.way() == RestPlanner.Way.NOT) {
                draft.notes.add(
                        "%s holds %d rows of %s, more than may be moved under a lock, and other rows besides: move the others first."
                                .formatted(
                                        rest.name(),
                                        each.rows(),
                                        CreateSql.words(
                                                new Bounds.Times(
                                                        each.span().from(), each.span().to()))));
            }
        }
    }

    private static void noteOtherNames(
            Scheme.TimeRange times,
            String table,
            List<Span<LocalDateTime>> spans,
            List<Partition> made,
            Draft draft) {
        for (int i = 0; i < made.size(); i++) {
            String wanted = CreationPlanner.candidates(times, table, spans.get(i)).getFirst();
            if (!made.get(i).name().value().equals(wanted)) {
                draft.notes.add(
                        "The name %s is taken by something that is no such partition, so %s is used for %s."
                                .formatted(
                                        wanted,
                                        made.get(i).name(),
                                        CreateSql.words(made.get(i).bounds())));
            }
        }
    }

    private void byNumber(
            PartitionSet set, Scheme.NumberRange numbers, Policy policy, Draft draft) {
        List<Slots.Slot<Long>> slots = Slots.numbers(set);
        Long greatest = prober.greatest(set, numbers.key());
        List<Span<Long>> due =
                CreationPlanner.due(
                        numbers,
                        Slots.spans(slots),
                        policy.ahead(),
                        greatest == null ? 0 : greatest);
        if (due.isEmpty()) {
            return;
        }
        String table = set.name().name().value();
        Set<String> taken =
                prober.taken(
                        set.name().schema(),
                        due.stream()
                                .flatMap(span ->
                                        CreationPlanner.candidates(numbers, table, span).stream())
                                .toList());
        CreateSql sql = creation(set, numbers, slots.stream().map(Slots.Slot::member).toList());
        for (Partition each : CreationPlanner.named(numbers, table, due, taken::contains)) {
            draft.steps.add(sql.step(each));
        }
    }

    CreateSql creation(PartitionSet set, Scheme scheme, List<PartitionSet.Member> siblings) {
        LeafModel model = prober.model(set, siblings);
        return new CreateSql(set, scheme, model, made -> partners(set, scheme, made));
    }

    /// Of paired tables: which partition of the other one has the same bounds.
    private Map<QualifiedName, QualifiedName> partners(
            PartitionSet set, Scheme scheme, Partition made) {
        Map<QualifiedName, QualifiedName> partners = new java.util.HashMap<>();
        PartitionBounds bounds = PartitionBounds.parse(scheme.forValues(made.bounds()).render());
        for (PartitionSet.Reference each : set.references()) {
            if (set.member(each.referencingOid()) == null) {
                continue;
            }
            PartitionSet other = scene.owner(each.referencedOid());
            if (other != null && other.oid() != each.referencedOid()) {
                partners.put(each.referenced(), partner(other, bounds, made));
            }
        }
        return partners;
    }

    private QualifiedName partner(PartitionSet other, PartitionBounds bounds, Partition made) {
        for (PartitionSet.Member member : other.members()) {
            if (member.bounds().equals(bounds)) {
                return member.name();
            }
        }
        PartitionSets.Maintained parent = scene.maintained(other.name());
        String table = other.name().name().value();
        // Its own tick makes it, before this one's.
        if (parent != null && made.bounds() instanceof Bounds.Times times) {
            if (parent.spec().scheme() instanceof Scheme.TimeRange range) {
                return other.name()
                        .sibling(range.names().name(table, range.every(), times.from()).value());
            }
        }
        if (parent != null && made.bounds() instanceof Bounds.Numbers numbers) {
            if (parent.spec().scheme() instanceof Scheme.NumberRange range) {
                return other.name()
                        .sibling(range.names().name(table, Long.toString(numbers.from())).value());
            }
        }
        throw new IllegalArgumentException(
                "%s has no partition of the same bounds as %s, which is to refer to it"
                        .formatted(other.name(), made.name()));
    }
}
