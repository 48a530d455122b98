package dev.kalends.maintain;

import dev.kalends.catalog.LeafModel;
import dev.kalends.catalog.PartitionSet;
import dev.kalends.execute.LockRetry;
import dev.kalends.key.KeyType;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.MaintenanceStep;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Scheme;
import dev.kalends.plan.TableLock;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// Statements that add a partition to a table.
final class CreateSql {
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);
    private static final Identifier ELSEWHERE = Identifier.of("kalends_elsewhere");

    private final PartitionSet set;
    private final Scheme scheme;
    private final LeafModel model;
    private final Function<Partition, Map<QualifiedName, QualifiedName>> partners;

    /// @param model what a new partition is made after
    /// @param partners of a paired foreign key: the partition that a new one refers to, by the one
    ///   that the model refers to
    CreateSql(
            PartitionSet set,
            Scheme scheme,
            LeafModel model,
            Function<Partition, Map<QualifiedName, QualifiedName>> partners) {
        this.set = set;
        this.scheme = scheme;
        this.model = model;
        this.partners = partners;
    }

    private LeafSql leaves(Partition made) {
        return new LeafSql(set.name(), model, partners.apply(made));
    }

    LeafModel model() {
        return model;
    }

    QualifiedName leaf(Partition made) {
        return set.name().sibling(made.name().value());
    }

    /// The table, equal to its siblings, that nobody else sees yet.
    List<Sql> create(Partition made) {
        List<Sql> statements = new ArrayList<>(leaves(made).create(leaf(made)));
        if (scheme instanceof Scheme.TimeRange range) {
            statements.addAll(timeCheck(range, made));
        }
        return statements;
    }

    /// The table as far as rows need it, so that many of them are loaded fast.
    List<Sql> bare(Partition made) {
        return leaves(made).bare(leaf(made));
    }

    /// What `create` has besides.
    List<Sql> finish(Partition made) {
        List<Sql> statements = new ArrayList<>(leaves(made).finish(leaf(made)));
        if (scheme instanceof Scheme.TimeRange range) {
            statements.addAll(timeCheck(range, made));
        }
        return statements;
    }

    /// The foreign keys to its partner, if it is paired.
    List<Sql> pair(Partition made) {
        return model.facts().oid() == set.oid() ? List.of() : leaves(made).pair(leaf(made));
    }

    private static final String TIME_CHECK =
            "ALTER TABLE {leaf} ADD CONSTRAINT kalends_time CHECK ({column} >= {from} AND {column} < {to})";

    private List<Sql> timeCheck(Scheme.TimeRange range, Partition made) {
        Scheme.TimeCheck check = range.timeCheck();
        if (check == null || !(made.bounds() instanceof Bounds.Times times)) {
            return List.of();
        }
        KeyType type =
                model.facts().columns().stream()
                        .filter(column -> column.name().equals(check.column()))
                        .map(column -> KeyType.ofTypeName(column.type()))
                        .findFirst()
                        .orElse(null);
        if (type == null) {
            return List.of();
        }
        Duration slack = Duration.ofMillis(check.slackMillis());
        return List.of(
                Sql.text(TIME_CHECK)
                        .put("leaf", leaf(made))
                        .put("column", check.column())
                        .put("from", type.bound(times.from().minus(slack), range.timeZone()))
                        .put("to", type.bound(times.to().plus(slack), range.timeZone()))
                        .build());
    }

    /// Attaches it, and ties it to its partner.
    List<Sql> attach(Partition made) {
        List<Sql> statements = new ArrayList<>();
        statements.add(LeafSql.attach(set.name(), leaf(made), scheme.forValues(made.bounds())));
        if (model.facts().oid() != set.oid()) {
            statements.addAll(leaves(made).pair(leaf(made)));
        }
        return statements;
    }

    /// What attaching locks: the table against other changes of the schema, and those that its
    /// foreign keys name against writers.
    List<LockRetry.Wanted> locks() {
        Map<QualifiedName, LockRetry.Wanted> wanted = new LinkedHashMap<>();
        wanted.put(
                set.name(),
                new LockRetry.Wanted(
                        set.name(), LockRetry.Mode.SHARE_UPDATE_EXCLUSIVE, LockRetry.Scope.ALONE));
        for (PartitionSet.Reference each : set.references()) {
            QualifiedName other =
                    each.referencingOid() == set.oid() ? each.referenced() : each.referencing();
            boolean ours = each.referencingOid() == set.oid() || each.referencedOid() == set.oid();
            if (ours && !other.equals(set.name())) {
                wanted.put(
                        other,
                        new LockRetry.Wanted(
                                other, LockRetry.Mode.SHARE_ROW_EXCLUSIVE, LockRetry.Scope.ALONE));
            }
        }
        PartitionSet.Member rest = set.rest();
        if (rest != null) {
            wanted.put(
                    rest.name(),
                    new LockRetry.Wanted(rest.name(), LockRetry.Mode.ACCESS_EXCLUSIVE));
        }
        return List.copyOf(wanted.values());
    }

    List<TableLock> announced() {
        return locks().stream()
                .map(each ->
                        new TableLock(
                                each.table(),
                                each.mode().words(),
                                "some milliseconds, waited for no longer than lockTimeout"))
                .toList();
    }

    MaintenanceStep.CreatePartition step(Partition made) {
        List<Sql> statements = new ArrayList<>(create(made));
        statements.add(LockRetry.lockAll(locks()));
        statements.addAll(attach(made));
        return new MaintenanceStep.CreatePartition(
                set.name(), made, words(made.bounds()), statements, announced());
    }

    /// "2026-01-01 to 2026-02-01"
    static String words(Bounds bounds) {
        return switch (bounds) {
            case Bounds.Times(LocalDateTime from, LocalDateTime to) ->
                    time(from) + " to " + time(to);
            case Bounds.Numbers(long from, long to) -> from + " to " + to;
            case Bounds.Remainder _, Bounds.Values _, Bounds.Rest _ -> bounds.toString();
        };
    }

    private static String time(LocalDateTime at) {
        return at.toLocalTime().toSecondOfDay() == 0
                ? at.toLocalDate().toString()
                : MINUTE.format(at);
    }

    private static final String NOT_HERE =
            "ALTER TABLE {rest} ADD CONSTRAINT {name} CHECK ({key} IS NULL OR {key} < {from} OR {key} >= {to}) NOT VALID";

    /// Says of a large default partition that it holds no row of a range, so that ATTACH does not
    /// read it under its lock.
    List<Sql> proveElsewhere(PartitionSet.Member rest, Partition made) {
        return List.of(
                dropElsewhere(rest),
                Sql.text(NOT_HERE)
                        .put("rest", rest.name())
                        .put("name", ELSEWHERE)
                        .put("key", scheme.key())
                        .put("from", scheme.from(made.bounds()))
                        .put("to", scheme.to(made.bounds()))
                        .build(),
                RetireSql.validate(rest.name(), ELSEWHERE));
    }

    static Sql dropElsewhere(PartitionSet.Member rest) {
        return Sql.text("ALTER TABLE {rest} DROP CONSTRAINT IF EXISTS {name}")
                .put("rest", rest.name())
                .put("name", ELSEWHERE)
                .build();
    }
}
