package dev.kalends.analyze;

import dev.kalends.plan.Contract;
import dev.kalends.plan.Contract.UniqueKey;
import dev.kalends.plan.Contract.UniqueWay;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.Identifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a conversion means for the application's statements.
final class StatementFindings {
    private static final int SHOWN = 5;

    private final MigrationSpec spec;
    private final List<StatementUse> uses;
    private final List<Finding> findings = new ArrayList<>();

    private StatementFindings(MigrationSpec spec, List<StatementUse> uses) {
        this.spec = spec;
        this.uses =
                uses.stream()
                        .sorted(
                                Comparator.comparingDouble((StatementUse use) ->
                                                use.statement().calls()
                                                        * use.statement().meanMillis())
                                        .reversed())
                        .toList();
    }

    static List<Finding> of(MigrationSpec spec, List<StatementUse> uses) {
        StatementFindings all = new StatementFindings(spec, uses);
        all.conflicts();
        all.moves();
        all.lookups();
        return all.findings;
    }

    private void conflicts() {
        for (StatementUse use : uses) {
            Set<Identifier> target = use.conflict();
            if (target == null) {
                continue;
            }
            String problem = conflict(target, use.constraint());
            if (problem != null) {
                findings.add(
                        Finding.change(
                                "statements",
                                "%s: %s — %s".formatted(problem, calls(use), use.shortText()),
                                "Name the widened key in ON CONFLICT, or partition by a key that this one holds."));
            }
        }
    }

    /// Null if the statement goes on as it does.
    private @Nullable String conflict(Set<Identifier> target, @Nullable String constraint) {
        Contract contract = spec.contract();
        for (UniqueKey unique : contract.uniques()) {
            if (unique.way() == UniqueWay.KEPT) {
                continue;
            }
            String columns = join(unique.index().columns());
            if (unique.index().name().value().equals(constraint)) {
                return "ON CONFLICT ON CONSTRAINT %s will see only rows with the same %s"
                        .formatted(constraint, join(spec.partitionKeys()));
            }
            if (constraint == null && target.equals(Set.copyOf(unique.index().columns()))) {
                return "ON CONFLICT (%s) will fail with 42P10".formatted(columns);
            }
            if (constraint == null && target.isEmpty()) {
                return unique.way() == UniqueWay.GUARD
                        ? "ON CONFLICT DO NOTHING will meet 23505 for an existing %s with another %s"
                                .formatted(columns, join(spec.partitionKeys()))
                        : "ON CONFLICT DO NOTHING will insert an existing %s with another %s once more"
                                .formatted(columns, join(spec.partitionKeys()));
            }
        }
        return null;
    }

    private void moves() {
        Set<Identifier> keys = Set.copyOf(spec.partitionKeys());
        for (StatementUse use : uses) {
            Set<Identifier> moved = new HashSet<>(use.assigned());
            moved.retainAll(keys);
            if (!moved.isEmpty()) {
                findings.add(
                        Finding.change(
                                "statements",
                                "An update sets the partition key, moves rows between partitions and can meet 40001: %s — %s"
                                        .formatted(calls(use), use.shortText()),
                                "Repeat the transaction on 40001, or leave the key alone."));
            }
        }
    }

    private void lookups() {
        List<StatementUse> gaining = new ArrayList<>();
        List<StatementUse> losing = new ArrayList<>();
        for (StatementUse use : uses) {
            if (!use.kind().equals("insert")) {
                (prunes(use) ? gaining : losing).add(use);
            }
        }
        if (!gaining.isEmpty()) {
            findings.add(
                    Finding.note(
                            "statements",
                            "%s name %s and read only the partitions they need (%s)%s"
                                    .formatted(
                                            statements(gaining.size()),
                                            join(spec.partitionKeys()),
                                            totals(gaining),
                                            shown(gaining))));
        }
        if (!losing.isEmpty()) {
            findings.add(
                    Finding.note(
                            "statements",
                            "%s do not name %s and will look into all %d partitions (%s); lookups of one row took 20 to 50 times as long where that was measured, below 1 ms with a warm cache%s"
                                    .formatted(
                                            statements(losing.size()),
                                            join(spec.partitionKeys()),
                                            spec.partitions().size(),
                                            totals(losing),
                                            shown(losing)),
                            spec.scheme() instanceof Scheme.TimeRange
                                    ? "Add a condition on %s where the application knows it."
                                            .formatted(spec.key())
                                    : ""));
        }
    }

    private boolean prunes(StatementUse use) {
        return use.conditions().contains(spec.key());
    }

    private static String statements(int count) {
        return count == 1 ? "1 statement" : count + " statements";
    }

    private static String totals(List<StatementUse> uses) {
        long calls = 0;
        double millis = 0;
        for (StatementUse use : uses) {
            calls += use.statement().calls();
            millis += use.statement().calls() * use.statement().meanMillis();
        }
        return "%s calls, mean %s ms"
                .formatted(Figures.count(calls), millis(millis / Math.max(1, calls)));
    }

    private static String shown(List<StatementUse> uses) {
        return uses.stream()
                .limit(SHOWN)
                .map(use -> "%s — %s".formatted(calls(use), use.shortText()))
                .collect(Collectors.joining("\n", ":\n", ""));
    }

    private static String calls(StatementUse use) {
        return "%s calls, mean %s ms"
                .formatted(
                        Figures.count(use.statement().calls()),
                        millis(use.statement().meanMillis()));
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, millis < 10 ? "%.2f" : "%.0f", millis);
    }

    private static String join(List<Identifier> columns) {
        return columns.stream().map(Identifier::display).collect(Collectors.joining(", "));
    }
}
