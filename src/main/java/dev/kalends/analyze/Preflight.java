package dev.kalends.analyze;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.KeyFacts;
import dev.kalends.catalog.RoleFacts;
import dev.kalends.catalog.ServerFacts;
import dev.kalends.config.Config;
import dev.kalends.config.ContractConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.failure.KalendsException;
import dev.kalends.key.KeyCodec;
import dev.kalends.migrate.MigrationPlanner;
import dev.kalends.migrate.Situation;
import dev.kalends.plan.Contract;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Plan;
import dev.kalends.plan.Scheme;
import dev.kalends.unit.ByteSize;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Says of one table whether and how it can be converted: the planner's own answer, given facts
/// from statistics, and what statements and settings add to it.
final class Preflight {
    /// What is the same for all tables.
    ///
    /// @param now in UTC
    /// @param lockSlots how many locks the server has room for
    record Setting(ServerFacts server, Config config, LocalDateTime now, long lockSlots) {}

    private final Setting setting;
    private final Known known;
    private final RoleFacts role;
    private final Recommendation recommendation;
    private final @Nullable TableConfig configured;
    private final long outOfOrder;
    private final List<Finding> findings = new ArrayList<>();

    /// @param configured null if nothing is configured for the table
    /// @param outOfOrder sampled keys that the column's collation sorts elsewhere than their time
    Preflight(
            Setting setting,
            Known known,
            RoleFacts role,
            Recommendation recommendation,
            @Nullable TableConfig configured,
            long outOfOrder) {
        this.setting = setting;
        this.known = known;
        this.role = role;
        this.recommendation = recommendation;
        this.configured = configured;
        this.outOfOrder = outOfOrder;
    }

    TableReport report() {
        TableConfig wish = configured == null ? recommendation.wish() : configured;
        if (wish == null) {
            return report(Verdict.NOT_NEEDED, recommendation.why(), null, null);
        }
        if (known.statistics().isEmpty()) {
            findings.add(
                    Finding.note(
                            "statistics",
                            "The server has no statistics of this table's columns, or this role may not see them.",
                            "ANALYZE " + known.table().name() + ", then check again."));
        }
        if (configured != null && recommendation.wish() == null) {
            findings.add(Finding.change("size", recommendation.why(), "Leave it out of the file."));
        }
        KeyFacts key = SampledKey.of(known, wish.partition());
        sampled(key);
        Plan plan = plan(key, wish);
        collation(wish);
        activity(wish);
        if (plan != null) {
            planned(plan, wish);
        }
        Verdict verdict = Verdict.of(findings);
        return report(verdict, reason(verdict), wish, plan);
    }

    private TableReport report(
            Verdict verdict, String reason, @Nullable TableConfig wish, @Nullable Plan plan) {
        PartitionConfig partition = wish == null ? null : wish.partition();
        KeyCodec codec = partition == null ? null : codec(partition);
        return new TableReport(
                known.table().name(),
                verdict,
                reason,
                wish,
                recommendation,
                new Figures(
                        Math.max(0, known.table().rows()),
                        known.table().heapBytes() + known.table().toastBytes(),
                        known.table().indexBytes(),
                        plan == null ? null : plan.spec().partitions().size(),
                        partition == null || codec == null
                                ? null
                                : known.rowsPerMonth(partition.key(), codec),
                        plan == null ? null : plan.estimate().diskBytes(),
                        known.sample().size()),
                findings);
    }

    private @Nullable KeyCodec codec(PartitionConfig partition) {
        Column column = known.table().column(partition.key());
        return column == null ? null : known.codec(column);
    }

    private String reason(Verdict verdict) {
        Finding gravest =
                findings.stream()
                        .max(Comparator.comparing(Finding::weight))
                        .orElse(Finding.note("", ""));
        return switch (verdict) {
            case NOT_NEEDED -> recommendation.why();
            case READY -> "Nothing that the application relies on changes.";
            case READY_WITH_CHANGES, REFUSED -> gravest.text().lines().findFirst().orElse("");
        };
    }

    private void sampled(KeyFacts key) {
        if (key.strays() > 0 || key.infinite() > 0) {
            findings.add(
                    Finding.note(
                            "key",
                            "Rows with keys of another kind are counted in %d sampled rows and the statistics; plan counts all."
                                    .formatted(known.sample().size())));
        }
    }

    /// Without what takes another table into the migration, which is not looked at here.
    private static TableConfig alone(TableConfig wish) {
        ContractConfig contract = wish.contract();
        return contract.references() != ContractConfig.References.PAIRED
                ? wish
                : new TableConfig(
                        wish.table(),
                        wish.partition(),
                        new ContractConfig(contract.uniques(), null, contract.keyless()),
                        wish.layout());
    }

    /// The planner's answer; its refusals become findings. Null if it refuses at last.
    private @Nullable Plan plan(KeyFacts key, TableConfig wish) {
        RoleFacts rights = role;
        Config config = setting.config();
        // Rights and room are looked after elsewhere: they must not hide what else is in the way.
        for (int i = 0; i < 3; i++) {
            try {
                return MigrationPlanner.plan(
                        new Situation(setting.server(), rights, known.table(), key, setting.now()),
                        alone(wish),
                        config);
            } catch (KalendsException e) {
                refused(e);
                switch (e.code()) {
                    case PRIVILEGE_MISSING -> rights = new RoleFacts(List.of());
                    case DISK_TOO_SMALL -> config = withoutDisk(config);
                    default -> {
                        return null;
                    }
                }
            }
        }
        return null;
    }

    private static Config withoutDisk(Config config) {
        return new Config(
                config.database(),
                config.tables(),
                config.copy(),
                config.switching(),
                config.throttle(),
                config.cleanup(),
                null);
    }

    private void refused(KalendsException e) {
        String topic =
                switch (e.code()) {
                    case PRIVILEGE_MISSING -> "privileges";
                    case DISK_TOO_SMALL -> "disk";
                    case KEY_NOT_USABLE -> "key";
                    case SERVER_NOT_SUPPORTED, SERVER_READ_ONLY -> "server";
                    default -> "table";
                };
        List<String> lines = e.what().lines().filter(line -> line.startsWith("  - ")).toList();
        if (lines.isEmpty()) {
            findings.add(Finding.refusal(topic, e.what(), e.next()));
        }
        for (String line : lines) {
            findings.add(Finding.refusal(topic, line.substring("  - ".length()), e.next()));
        }
    }

    private void collation(TableConfig wish) {
        if (wish.partition() instanceof PartitionConfig.ByTime times
                && times.collation() == PartitionConfig.Collation.KEEP
                && outOfOrder > 0) {
            findings.add(
                    Finding.refusal(
                            "key",
                            "The collation of %s puts %d of the sampled keys elsewhere than the time in them says."
                                    .formatted(times.key(), outOfOrder),
                            "partition: {collate: C} puts them right; prepared statements that return the column fail once after the switch."));
        }
    }

    private void activity(TableConfig wish) {
        Finding finding = OldAndActive.finding(known, wish, setting.now());
        if (finding != null) {
            findings.add(finding);
        }
    }

    private void planned(Plan plan, TableConfig wish) {
        MigrationSpec spec = plan.spec();
        contract(spec, wish);
        plan.consequences().forEach(each -> findings.add(Finding.note("application", each)));
        findings.addAll(StatementFindings.of(spec, known.uses()));
        Finding agreement = Agreement.finding(known, wish);
        if (agreement != null) {
            findings.add(agreement);
        }
        locks(spec);
        findings.add(
                Finding.note(
                        "disk",
                        "A conversion needs about %s beside the table until cleanup%s."
                                .formatted(
                                        new ByteSize(plan.estimate().diskBytes()).display(),
                                        setting.config().diskFree() == null
                                                ? "; the server does not tell what is free: set diskFree to have it checked"
                                                : "")));
    }

    private void contract(MigrationSpec spec, TableConfig wish) {
        for (Contract.UniqueKey unique : spec.contract().uniques()) {
            if (unique.way() != Contract.UniqueWay.KEPT) {
                findings.add(
                        Finding.change(
                                "uniqueness",
                                "Unique key %s does not hold the partition key: %s."
                                        .formatted(
                                                unique.index().name(),
                                                switch (unique.way()) {
                                                    case COMPOSITE ->
                                                            "it is widened, and duplicates across partitions become possible";
                                                    case GUARD ->
                                                            "it is widened, and a table beside keeps it unique";
                                                    case DROP -> "it is given up";
                                                    case KEPT -> "it stays";
                                                }),
                                "Look at the statements that rely on it."));
            }
        }
        boolean changed =
                spec.contract().references().stream()
                                .anyMatch(each -> each.way() != Contract.ReferenceWay.KEPT)
                        || wish.contract().references() == ContractConfig.References.PAIRED;
        if (changed) {
            findings.add(
                    Finding.change(
                            "references",
                            "Foreign keys from or to the table change: %s."
                                    .formatted(
                                            wish.contract().references()
                                                            == ContractConfig.References.PAIRED
                                                    ? "they are paired, partition by partition"
                                                    : "they point at a table beside, or are given up"),
                            "kalends plan names each."));
        }
        if (spec.scheme() instanceof Scheme.TimeRange times
                && times.collation() == Scheme.KeyCollation.C) {
            findings.add(
                    Finding.change(
                            "prepared statements",
                            "%s gets another collation: each prepared statement that returns it fails once after the switch."
                                    .formatted(spec.key()),
                            "Let the application reconnect after the switch."));
        } else {
            findings.add(
                    Finding.note(
                            "prepared statements",
                            "Columns keep their types and collations, so prepared statements live on."));
        }
    }

    private void locks(MigrationSpec spec) {
        long relations = (long) spec.partitions().size() * (1 + known.table().indexes().size());
        String text =
                "A statement that looks into all %d partitions locks %s tables and indexes; the server has room for %s locks."
                        .formatted(
                                spec.partitions().size(),
                                Figures.count(relations),
                                Figures.count(setting.lockSlots()));
        findings.add(
                relations > setting.lockSlots() / 4
                        ? Finding.change(
                                "locks",
                                text,
                                "Raise max_locks_per_transaction (the server restarts), or choose longer partitions.")
                        : Finding.note("locks", text));
    }
}
