package dev.kalends.migrate;

import dev.kalends.calendar.Interval;
import dev.kalends.calendar.Window;
import dev.kalends.calendar.Windows;
import dev.kalends.carry.Consequences;
import dev.kalends.catalog.Column;
import dev.kalends.catalog.Index;
import dev.kalends.catalog.KeyFacts;
import dev.kalends.catalog.ServerFacts;
import dev.kalends.catalog.TableFacts;
import dev.kalends.config.Config;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.key.KeyType;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Plan;
import dev.kalends.plan.Step;
import dev.kalends.sql.Identifier;
import dev.kalends.unit.ByteSize;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

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
        KeyType keyType = keyType(situation.table(), wish.partition());
        refuseRights(situation);
        refuseKeys(situation, wish.partition());
        List<String> obstacles = Obstacles.of(situation.table(), wish);
        if (!obstacles.isEmpty()) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "%s cannot be converted as it is:%n  - %s"
                            .formatted(situation.table().name(), String.join("\n  - ", obstacles)),
                    UNCHANGED,
                    "Remove what the list names, or wait for the version that carries it over.");
        }
        MigrationSpec spec =
                new MigrationSpec(
                        situation.table(),
                        wish.partition().key(),
                        keyType,
                        wish.partition().timeZone(),
                        wish.partition().every(),
                        wish.partition().names(),
                        partitions(situation, wish.partition(), keyType),
                        wish.layout().clusterBy(),
                        config.copy().sessions(),
                        config.copy().chunkBytes().bytes(),
                        config.copy().sortMemory().bytes());
        Plan.Estimate estimate = estimate(situation.table());
        refuseDisk(config.diskFree(), estimate, situation.table());
        return new Plan(
                spec, MigrationSteps.of(spec), consequences(spec, situation.key()), estimate);
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

    private static KeyType keyType(TableFacts table, PartitionConfig wish) {
        Column column = table.column(wish.key());
        if (column == null) {
            String known =
                    table.columns().stream()
                            .filter(each -> KeyType.ofTypeName(each.type()) != null)
                            .map(each -> each.name().display())
                            .collect(Collectors.joining(", "));
            throw new KalendsException(
                    FailureCode.KEY_NOT_USABLE,
                    "%s has no column %s.".formatted(table.name(), wish.key()),
                    UNCHANGED,
                    known.isEmpty()
                            ? "No column of this table is a date or a timestamp."
                            : "Columns that can be the key: " + known + ".");
        }
        KeyType type = KeyType.ofTypeName(column.type());
        String problem =
                type == null
                        ? "its type is "
                                + column.type()
                                + "; supported: date, timestamp, timestamptz"
                        : type.problem(wish.every(), wish.timeZone());
        if (type == null || problem != null) {
            throw new KalendsException(
                    FailureCode.KEY_NOT_USABLE,
                    "%s of %s cannot be the partition key: %s."
                            .formatted(wish.key(), table.name(), problem),
                    UNCHANGED,
                    "Choose another column or interval.");
        }
        return type;
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

    private static void refuseKeys(Situation situation, PartitionConfig wish) {
        TableFacts table = situation.table();
        Column column = table.column(wish.key());
        boolean nullable = column != null && column.nullability() == Column.Nullability.NULLABLE;
        List<String> problems = new ArrayList<>();
        if (table.primaryKey() == null) {
            problems.add("the table has no primary key, so an update or delete cannot be followed");
        }
        if (situation.key().nulls() > 0) {
            problems.add(
                    "%d rows have no %s (NULL)".formatted(situation.key().nulls(), wish.key()));
        } else if (nullable) {
            problems.add(
                    "%s allows NULL, which no partition can hold: ALTER TABLE %s ALTER COLUMN %s SET NOT NULL"
                            .formatted(wish.key(), table.name(), wish.key()));
        }
        if (situation.key().infinite() > 0) {
            problems.add(
                    "%d rows have an infinite %s"
                            .formatted(situation.key().infinite(), wish.key()));
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

    private static List<Partition> partitions(
            Situation situation, PartitionConfig wish, KeyType type) {
        Interval every = wish.every();
        LocalDateTime last = every.floor(situation.now());
        for (int i = 0; i < wish.ahead(); i++) {
            last = every.next(last);
        }
        LocalDateTime first = situation.now();
        String least = situation.key().least();
        String greatest = situation.key().greatest();
        if (least != null && greatest != null) {
            first = earlier(first, type.read(least, wish.timeZone()));
            LocalDateTime newest = type.read(greatest, wish.timeZone());
            last = newest.isAfter(last) ? newest : last;
        }
        String table = situation.table().name().name().value();
        try {
            List<Partition> partitions = new ArrayList<>();
            for (Window window : Windows.covering(every, first, last)) {
                partitions.add(
                        new Partition(
                                wish.names().name(table, every, window.from()),
                                window.from(),
                                window.to()));
            }
            return partitions;
        } catch (IllegalArgumentException e) {
            throw new KalendsException(
                    FailureCode.KEY_NOT_USABLE,
                    "Keys of %s reach from %s to %s: %s"
                            .formatted(situation.table().name(), first, last, e.getMessage()),
                    UNCHANGED,
                    "Choose a longer interval, or correct the rows at the ends.",
                    e);
        }
    }

    private static LocalDateTime earlier(LocalDateTime a, LocalDateTime b) {
        return a.isBefore(b) ? a : b;
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

    private static List<String> consequences(MigrationSpec spec, KeyFacts key) {
        List<String> all = new ArrayList<>();
        Index primary = spec.primaryKey();
        String before = join(primary.columns());
        if (!primary.columns().contains(spec.key())) {
            String after = join(spec.rowKey());
            all.add(
                    "PRIMARY KEY (%s) becomes (%s): the same %s with another %s will be accepted."
                            .formatted(before, after, before, spec.key()));
            all.add(
                    "ON CONFLICT (%s) will fail with 42P10, and so do an ORM's native upserts; ON CONFLICT (%s) works."
                            .formatted(before, after));
        }
        all.add(
                "Statements that do not name %s look into all %d partitions."
                        .formatted(spec.key(), spec.partitions().size()));
        all.add(
                "Rows with %s before %s or from %s on will be refused."
                        .formatted(
                                spec.key(),
                                display(spec.partitions().getFirst().from()),
                                display(spec.partitions().getLast().to())));
        all.add(
                "An update that moves a row to another partition can meet 40001 when another session changes the"
                        + " same row at that moment.");
        all.add(
                "TRUNCATE of the table is refused from the beginning of the conversion to its cleanup.");
        all.addAll(Consequences.of(spec));
        if (!spec.clusterBy().isEmpty()
                && key.correlation() != null
                && Math.abs(key.correlation()) < 0.8) {
            all.add(
                    "The rows do not lie in order of %s (correlation %.2f): clusterBy orders them only within"
                                    .formatted(spec.key(), key.correlation())
                            + " chunks of "
                            + new ByteSize(spec.chunkBytes()).display()
                            + ".");
        }
        return all;
    }

    private static String display(LocalDateTime at) {
        return at.toLocalTime().equals(LocalTime.MIDNIGHT)
                ? at.toLocalDate().toString()
                : at.toString().replace('T', ' ');
    }

    private static String join(List<Identifier> columns) {
        return columns.stream().map(Identifier::display).collect(Collectors.joining(", "));
    }
}
