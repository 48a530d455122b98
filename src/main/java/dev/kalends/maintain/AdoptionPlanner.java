package dev.kalends.maintain;

import dev.kalends.calendar.Interval;
import dev.kalends.catalog.PartitionBounds;
import dev.kalends.catalog.PartitionSet;
import dev.kalends.key.KeyCodec;
import dev.kalends.plan.Scheme;
import dev.kalends.plan.SetSpec;
import dev.kalends.sql.QualifiedName;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Decides whether a partitioned table that others made can be taken over: a pure function.
public final class AdoptionPlanner {
    private static final int SHOWN_MAX = 5;

    private final AdoptionFacts facts;
    private final AdoptionWish wish;
    private final LocalDateTime now;
    private final List<String> refusals = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private AdoptionPlanner(AdoptionFacts facts, AdoptionWish wish, LocalDateTime now) {
        this.facts = facts;
        this.wish = wish;
        this.now = now;
    }

    /// @param now local time of the wish's zone
    public static AdoptionPlan plan(AdoptionFacts facts, AdoptionWish wish, LocalDateTime now) {
        return new AdoptionPlanner(facts, wish, now).plan();
    }

    private AdoptionPlan plan() {
        PartitionSet set = facts.set();
        facts.missingRights().forEach(right -> refusals.add("the role lacks " + right));
        partman();
        Scheme scheme = null;
        if (set.method() != PartitionSet.Method.RANGE) {
            refusals.add(
                    "it is cut by %s: nothing is ever made ahead or grows old there, so there is nothing to maintain"
                            .formatted(set.method().name().toLowerCase(java.util.Locale.ROOT)));
        } else if (set.keyCount() != 1 || set.keys().size() != 1) {
            refusals.add(
                    "its key is an expression or has several columns; only ranges of one column can be maintained");
        } else {
            scheme = scheme(set.keys().getFirst());
        }
        members();
        if (!refusals.isEmpty() || scheme == null) {
            return new AdoptionPlan(null, refusals, notes);
        }
        return new AdoptionPlan(
                new SetSpec(set.name(), scheme, wish.ahead(), List.of()), refusals, notes);
    }

    private void partman() {
        QualifiedName table = facts.set().name();
        switch (facts.partman()) {
            case YES ->
                    refusals.add(
                            "pg_partman maintains it: two programs would make and drop the same partitions; DELETE FROM its part_config WHERE parent_table = '%s.%s' first"
                                    .formatted(table.schema().value(), table.name().value()));
            case UNKNOWN ->
                    notes.add(
                            "pg_partman is installed, and the role may not read its part_config: make sure that it does not maintain this table.");
            case NO -> {}
        }
    }

    private @Nullable Scheme scheme(PartitionSet.KeyColumn key) {
        if (wish.every() != null && wish.every().matches("\\d+")) {
            return numbers(key);
        }
        KeyCodec codec = codec(key);
        if (codec == null) {
            if (wish.every() == null
                    && wish.format() == null
                    && key.type().matches("smallint|integer|bigint")) {
                return numbers(key);
            }
            refusals.add(
                    "nothing shows how its key %s of type %s holds the time; say --format"
                            .formatted(key.name(), key.type()));
            return null;
        }
        Scheme.TimeRange times = times(key, codec, Interval.MONTH);
        List<Slots.Slot<LocalDateTime>> slots;
        try {
            slots = Slots.times(facts.set(), times);
        } catch (IllegalArgumentException e) {
            refusals.add("a bound says no time: " + e.getMessage());
            return null;
        }
        Interval every = every(Slots.spans(slots));
        if (every == null) {
            refusals.add("its bounds show no interval; say --every");
            return null;
        }
        String problem = codec.problem(every, wish.timeZone());
        if (problem != null) {
            refusals.add(problem);
            return null;
        }
        times = times(key, codec, every);
        noteTimes(slots, times);
        return times;
    }

    private Scheme.TimeRange times(PartitionSet.KeyColumn key, KeyCodec codec, Interval every) {
        return new Scheme.TimeRange(
                key.name(),
                codec.code(),
                wish.timeZone(),
                every,
                wish.names(),
                Scheme.KeyCollation.KEPT,
                null);
    }

    private @Nullable KeyCodec codec(PartitionSet.KeyColumn key) {
        if (wish.format() != null) {
            try {
                return KeyCodec.of(wish.format(), key.type());
            } catch (IllegalArgumentException e) {
                refusals.add(String.valueOf(e.getMessage()));
                return null;
            }
        }
        return KeyCodec.guess(key.type(), facts.sample());
    }

    /// The interval that most partitions have.
    private @Nullable Interval every(List<Span<LocalDateTime>> spans) {
        if (wish.every() != null) {
            return Interval.parse(wish.every());
        }
        Map<Interval, Integer> counts = new EnumMap<>(Interval.class);
        for (Span<LocalDateTime> span : spans) {
            Interval of = interval(span);
            if (of != null) {
                counts.merge(of, 1, Integer::sum);
            }
        }
        Interval most =
                counts.entrySet().stream()
                        .max(Map.Entry.comparingByValue())
                        .map(Map.Entry::getKey)
                        .orElse(null);
        if (most != null) {
            notes.add(
                    "Its bounds show one partition per %s (%s); --every says otherwise."
                            .formatted(most.word(), wish.timeZone()));
        }
        return most;
    }

    private static @Nullable Interval interval(Span<LocalDateTime> span) {
        if (span.from().equals(LocalDateTime.MIN) || span.to().equals(LocalDateTime.MAX)) {
            return null;
        }
        for (Interval each : Interval.values()) {
            if (each.floor(span.from()).equals(span.from())
                    && each.next(span.from()).equals(span.to())) {
                return each;
            }
        }
        return null;
    }

    private void noteTimes(List<Slots.Slot<LocalDateTime>> slots, Scheme.TimeRange times) {
        List<String> odd = new ArrayList<>();
        for (Slots.Slot<LocalDateTime> slot : slots) {
            if (interval(slot.span()) != times.every()) {
                odd.add(slot.member().name() + " (" + slot.member().boundsText() + ")");
            }
        }
        if (!odd.isEmpty()) {
            notes.add(
                    "%d partitions are not one %s: %s. New ones fit a shorter one at such a seam."
                            .formatted(odd.size(), times.every().word(), shown(odd)));
        }
        List<Span<LocalDateTime>> held = Slots.spans(slots);
        if (held.stream().anyMatch(span -> span.to().equals(LocalDateTime.MAX))) {
            refusals.add(
                    "its last partition has no end (MAXVALUE), so that nothing can be made ahead; give it an end by hand first");
            return;
        }
        List<String> gaps = new ArrayList<>();
        if (!held.isEmpty()) {
            LocalDateTime first = held.getFirst().from();
            LocalDateTime last =
                    held.stream().map(Span::to).max(LocalDateTime::compareTo).orElse(first);
            Span.uncovered(new Span<>(first, last), held)
                    .forEach(gap -> gaps.add(gap.from() + " to " + gap.to()));
        }
        if (!gaps.isEmpty()) {
            notes.add(
                    "%d stretches of time have no partition: %s. The next tick fills those that are younger than the table keeps its rows."
                            .formatted(gaps.size(), shown(gaps)));
        }
        if (held.stream().noneMatch(span -> span.holds(now))) {
            notes.add("No partition is there for now; the next tick makes it.");
        }
    }

    private @Nullable Scheme numbers(PartitionSet.KeyColumn key) {
        List<Slots.Slot<Long>> slots;
        try {
            slots = Slots.numbers(facts.set());
        } catch (NumberFormatException e) {
            refusals.add("a bound is no number: " + e.getMessage());
            return null;
        }
        Long every = wish.every() == null ? null : Long.valueOf(wish.every());
        if (every == null) {
            Map<Long, Integer> counts = new HashMap<>();
            slots.forEach(
                    slot -> counts.merge(slot.span().to() - slot.span().from(), 1, Integer::sum));
            every =
                    counts.entrySet().stream()
                            .max(Map.Entry.comparingByValue())
                            .map(Map.Entry::getKey)
                            .orElse(null);
        }
        if (every == null || every < 1) {
            refusals.add("its bounds show no size; say --every with a number");
            return null;
        }
        if (slots.stream().anyMatch(slot -> slot.span().to() == Long.MAX_VALUE)) {
            refusals.add(
                    "its last partition has no end (MAXVALUE), so that nothing can be made ahead; give it an end by hand first");
        }
        notes.add("It is cut by ranges of %d numbers, which do not grow old.".formatted(every));
        return new Scheme.NumberRange(key.name(), every, wish.names());
    }

    private void members() {
        List<String> foreign = new ArrayList<>();
        List<String> elsewhere = new ArrayList<>();
        List<String> cut = new ArrayList<>();
        for (PartitionSet.Member member : facts.set().members()) {
            String name = member.name().display();
            if (member.place() == PartitionSet.Place.FOREIGN) {
                foreign.add(name);
            } else if (member.place() == PartitionSet.Place.PARTITIONED) {
                cut.add(name);
                if (member.bounds() instanceof PartitionBounds.Rest) {
                    refusals.add(
                            "its default partition %s is partitioned itself; detach it, or make it a plain table"
                                    .formatted(name));
                }
            }
            if (!member.name().schema().equals(facts.set().name().schema())) {
                elsewhere.add(name);
            }
            if (member.standing() == PartitionSet.Standing.DETACHING) {
                notes.add(
                        "The detach of %s was interrupted; the next tick finishes it."
                                .formatted(name));
            }
        }
        note(foreign, "are foreign tables: nothing is ever done to them");
        note(cut, "are partitioned further: new ones are cut as the last of them is");
        note(elsewhere, "lie in other schemas than the table: new ones lie beside the table");
        note(
                facts.unlike(),
                "have their columns in another order than the table: rows are converted on their way, and nothing is lost");
        note(facts.ownThings(), "are on single partitions only: new ones do not get them");
        if (facts.restRows() > 0) {
            notes.add(
                    "The default partition holds %s rows; the next tick puts them where they belong."
                            .formatted(Prober.count(facts.restRows())));
        }
    }

    private void note(List<String> what, String words) {
        if (!what.isEmpty()) {
            notes.add("%s %s.".formatted(shown(what), words));
        }
    }

    private static String shown(List<String> all) {
        String first = all.stream().limit(SHOWN_MAX).collect(Collectors.joining(", "));
        return all.size() > SHOWN_MAX
                ? first + " and " + (all.size() - SHOWN_MAX) + " more"
                : first;
    }
}
