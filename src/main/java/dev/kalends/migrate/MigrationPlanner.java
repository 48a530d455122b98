package dev.kalends.migrate;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.KeyFacts;
import dev.kalends.catalog.ServerFacts;
import dev.kalends.catalog.TableFacts;
import dev.kalends.config.Config;
import dev.kalends.config.ContractConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.plan.Contract;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Plan;
import dev.kalends.plan.Scheme;
import dev.kalends.plan.Step;
import dev.kalends.sql.Identifier;
import dev.kalends.unit.ByteSize;
import dev.kalends.unit.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Decides how a table is converted, or why not: a pure function of what is there and what is
/// wanted.
public final class MigrationPlanner {
    private static final int VERSION_MIN = 14;
    private static final int VERSION_MAX = 18;
    private static final String UNCHANGED = "Nothing was changed.";

    private MigrationPlanner() {}

    /// @throws KalendsException naming everything that stands in the way
    public static Plan plan(Situation situation, TableConfig wish, Config config) {
        refuseServer(situation.server());
        TableFacts table = situation.table();
        SchemePlanner schemes = new SchemePlanner(table, situation.key(), wish.partition());
        Scheme scheme = schemes.scheme();
        Scheme second = schemes.second();
        refuseRights(situation);
        List<Identifier> keys =
                second == null ? List.of(scheme.key()) : List.of(scheme.key(), second.key());
        refuseKeys(situation, wish, keys);
        ContractPlanner contracts =
                new ContractPlanner(
                        table,
                        wish.contract(),
                        scheme,
                        keys,
                        strays(wish.partition()),
                        situation.server().version(),
                        situation.partners());
        Contract contract = contracts.contract();
        List<String> obstacles = new ArrayList<>(contracts.problems());
        obstacles.addAll(Obstacles.of(table, wish));
        if (!obstacles.isEmpty()) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "%s cannot be converted as it is:%n  - %s"
                            .formatted(table.name(), String.join("\n  - ", obstacles)),
                    UNCHANGED,
                    "Answer what the list asks for, and remove what it names.");
        }
        MigrationSpec spec =
                new MigrationSpec(
                        table,
                        scheme,
                        second,
                        schemes.partitions(scheme, situation.now()),
                        contract,
                        wish.layout().clusterBy(),
                        config.copy().sessions(),
                        config.copy().chunkBytes().bytes(),
                        config.copy().sortMemory().bytes());
        Plan.Estimate estimate = estimate(situation.table());
        refuseDisk(config.diskFree(), estimate, situation.table());
        return new Plan(
                spec, MigrationSteps.of(spec), Consequences.of(spec, situation.key()), estimate);
    }

    /// A table as the others of its migration see it.
    public static ContractPlanner.Partner partner(
            TableFacts table, KeyFacts key, TableConfig wish) {
        SchemePlanner schemes = new SchemePlanner(table, key, wish.partition());
        Scheme scheme = schemes.scheme();
        Scheme second = schemes.second();
        return new ContractPlanner.Partner(
                table,
                wish.contract(),
                scheme,
                second == null ? List.of(scheme.key()) : List.of(scheme.key(), second.key()),
                strays(wish.partition()));
    }

    /// The steps of a migration that is under way, as its plan had them.
    public static List<Step> steps(MigrationSpec spec) {
        return MigrationSteps.of(spec);
    }

    private static void refuseServer(ServerFacts server) {
        if (server.writability() == ServerFacts.Writability.REPLICA) {
            throw new KalendsException(
                    FailureCode.SERVER_READ_ONLY,
                    "The server is a read-only replica.",
                    UNCHANGED,
                    "Give the address of the primary with --database.");
        }
        if (server.version() < VERSION_MIN || server.version() > VERSION_MAX) {
            throw new KalendsException(
                    FailureCode.SERVER_NOT_SUPPORTED,
                    "PostgreSQL %s is not supported: Kalends converts tables on versions %d to %d."
                            .formatted(server.versionText(), VERSION_MIN, VERSION_MAX),
                    UNCHANGED,
                    server.version() < VERSION_MIN
                            ? "Upgrade the server first."
                            : "Use a Kalends that was tested with it.");
        }
    }

    private static void refuseRights(Situation situation) {
        List<String> missing = situation.role().missing();
        if (!missing.isEmpty()) {
            throw new KalendsException(
                    FailureCode.PRIVILEGE_MISSING,
                    "Role %s lacks what a conversion of %s needs:%n  - %s"
                            .formatted(
                                    situation.server().role(),
                                    situation.table().name(),
                                    String.join("\n  - ", missing)),
                    UNCHANGED,
                    "Grant it, or connect as the table's owner.");
        }
    }

    private static void refuseKeys(Situation situation, TableConfig wish, List<Identifier> keys) {
        TableFacts table = situation.table();
        KeyFacts facts = situation.key();
        Identifier key = keys.getFirst();
        List<String> problems = new ArrayList<>();
        if (table.primaryKey() == null
                && wish.contract().keyless() == ContractConfig.Keyless.REFUSED) {
            problems.add(
                    "the table has no primary key, so an update or delete cannot be followed: withoutPrimaryKey: insertsOnly converts it if the application only inserts, and refuses anything else meanwhile");
        }
        if (facts.nulls() > 0) {
            problems.add("%d rows have no %s (NULL)".formatted(facts.nulls(), key));
        } else {
            for (Identifier each : keys) {
                Column column = table.column(each);
                if (column != null && column.nullability() == Column.Nullability.NULLABLE) {
                    problems.add(
                            "%s allows NULL, which no partition can hold: ALTER TABLE %s ALTER COLUMN %s SET NOT NULL"
                                    .formatted(each, table.name(), each));
                }
            }
        }
        if (facts.infinite() > 0) {
            problems.add("%d rows have an infinite %s".formatted(facts.infinite(), key));
        }
        if (facts.strays() > 0 && !takesStrays(wish.partition())) {
            problems.add(
                    "%d rows have a %s of another kind, such as %s: default: true gives them a partition of their own"
                            .formatted(
                                    facts.strays(), key, String.join(", ", facts.straySample())));
        }
        if (facts.misplaced() > 0) {
            problems.add(
                    "%d rows stand elsewhere in the order of %s than the time in it says, because of the column's collation: collate: C puts them right"
                            .formatted(facts.misplaced(), key));
        }
        Long disagreement = facts.disagreementMillis();
        if (wish.partition() instanceof PartitionConfig.ByTime times
                && times.timeCheck() != null
                && disagreement != null
                && disagreement > times.timeCheck().slack().toMillis()) {
            problems.add(
                    "%s and %s disagree by up to %s, more than timeCheck.slack allows"
                            .formatted(
                                    key,
                                    times.timeCheck().column(),
                                    Durations.display(Duration.ofMillis(disagreement))));
        }
        if (!problems.isEmpty()) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "%s cannot be converted as it is:%n  - %s"
                            .formatted(table.name(), String.join("\n  - ", problems)),
                    UNCHANGED,
                    "Correct the table, then run the same command again.");
        }
    }

    private static boolean takesStrays(PartitionConfig partition) {
        return partition instanceof PartitionConfig.ByHash
                || strays(partition) == PartitionConfig.Strays.DEFAULT_PARTITION;
    }

    private static PartitionConfig.Strays strays(PartitionConfig partition) {
        return switch (partition) {
            case PartitionConfig.ByTime times -> times.strays();
            case PartitionConfig.ByNumber numbers -> numbers.strays();
            case PartitionConfig.ByList list -> list.strays();
            case PartitionConfig.ByHash _ -> PartitionConfig.Strays.REFUSED;
        };
    }

    private static Plan.Estimate estimate(TableFacts table) {
        long copy = table.heapBytes() + table.toastBytes();
        // Measured: the same indexes take about a fifth more on partitions, the widened key
        // included.
        return new Plan.Estimate(table.rows(), copy, copy + table.indexBytes() * 6 / 5);
    }

    private static void refuseDisk(
            @org.jspecify.annotations.Nullable ByteSize free,
            Plan.Estimate estimate,
            TableFacts table) {
        if (free != null && estimate.diskBytes() > free.bytes()) {
            throw new KalendsException(
                    FailureCode.DISK_TOO_SMALL,
                    "The copy of %s needs about %s beside the table, and diskFree says %s."
                            .formatted(
                                    table.name(),
                                    new ByteSize(estimate.diskBytes()).display(),
                                    free.display()),
                    UNCHANGED,
                    "Make room on the server's disk, then correct diskFree.");
        }
    }
}
