package dev.kalends.app;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.ForeignKey;
import dev.kalends.catalog.KeyFacts;
import dev.kalends.catalog.Relation;
import dev.kalends.catalog.ServerFacts;
import dev.kalends.catalog.TableFacts;
import dev.kalends.config.Config;
import dev.kalends.config.ContractConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.key.KeyCodec;
import dev.kalends.key.KeyType;
import dev.kalends.migrate.ContractPlanner;
import dev.kalends.migrate.MigrationPlanner;
import dev.kalends.migrate.Situation;
import dev.kalends.migrate.TwinSql;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.CatalogReader;
import dev.kalends.pg.catalog.KeyReader;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Plan;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.Literal;
import dev.kalends.sql.SqlPart;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads what is there and plans the tables of one migration.
final class Planning {
    private static final String UNCHANGED = "Nothing was changed.";

    private final Session session;
    private final CatalogReader reader;
    private final Config config;
    private final Clock clock;

    Planning(Session session, Config config, Clock clock) {
        this.session = session;
        this.reader = new CatalogReader(session);
        this.config = config;
        this.clock = clock;
    }

    private record Member(TableConfig wish, TableFacts table, KeyFacts key) {}

    /// With the tables that the configuration pairs with the given ones, which come last.
    List<Plan> planTogether(List<TableConfig> wishes) {
        ServerFacts server = reader.server();
        List<TableConfig> all = new ArrayList<>(wishes);
        for (TableConfig wish : wishes) {
            if (wish.contract().references() == ContractConfig.References.PAIRED) {
                for (ForeignKey key : facts(server, wish).foreignKeys()) {
                    TableConfig other = config.table(key.referenced());
                    boolean there =
                            all.stream().anyMatch(each -> each.table().equals(key.referenced()));
                    if (other != null && !there) {
                        all.add(other);
                    }
                }
            }
        }
        return plan(all);
    }

    private TableFacts facts(ServerFacts server, TableConfig wish) {
        Relation relation = TableLookup.plainTable(reader, wish.table());
        return reader.table(relation.oid(), server.blockBytes());
    }

    private Member member(ServerFacts server, TableConfig wish) {
        TableFacts table = facts(server, wish);
        return new Member(wish, table, KeyFactsReader.read(session, table, wish.partition()));
    }

    List<Plan> plan(List<TableConfig> wishes) {
        ServerFacts server = reader.server();
        List<Member> members =
                new ArrayList<>(wishes.stream().map(wish -> member(server, wish)).toList());
        members = levelled(members);
        List<ContractPlanner.Partner> partners = new ArrayList<>();
        if (members.size() > 1) {
            for (Member member : members) {
                partners.add(MigrationPlanner.partner(member.table(), member.key(), member.wish()));
            }
        }
        List<Plan> plans = new ArrayList<>();
        for (Member member : members) {
            plans.add(plan(server, member, partners));
        }
        return plans;
    }

    private Plan plan(ServerFacts server, Member member, List<ContractPlanner.Partner> partners) {
        Plan plan = plan(server, member.table(), member.key(), member.wish(), partners);
        refuseTakenNames(plan.spec());
        long misplaced = misplaced(plan.spec());
        return misplaced == 0
                ? plan
                : plan(
                        server,
                        member.table(),
                        member.key().withMisplaced(misplaced),
                        member.wish(),
                        partners);
    }

    private Plan plan(
            ServerFacts server,
            TableFacts table,
            KeyFacts key,
            TableConfig wish,
            List<ContractPlanner.Partner> partners) {
        LocalDateTime now = LocalDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
        return MigrationPlanner.plan(
                new Situation(server, reader.role(table.oid()), table, key, now, partners),
                wish,
                config);
    }

    /// Paired tables get the same partitions: those that the rows of either need.
    private static List<Member> levelled(List<Member> members) {
        Set<Member> paired =
                members.stream()
                        .filter(child ->
                                child.wish().contract().references()
                                        == ContractConfig.References.PAIRED)
                        .flatMap(child -> Stream.concat(Stream.of(child), parents(child, members)))
                        .collect(Collectors.toSet());
        Set<Class<?>> ways =
                paired.stream()
                        .map(each -> each.wish().partition().getClass())
                        .collect(Collectors.toSet());
        if (ways.size() != 1) {
            // None, or cut in different ways, which the planner refuses.
            return members;
        }
        boolean numbers =
                paired.stream()
                        .allMatch(each ->
                                each.wish().partition() instanceof PartitionConfig.ByNumber);
        // Of an id the facts hold the time.
        Comparator<String> order =
                numbers
                        ? Comparator.comparing(Long::valueOf)
                        : Comparator.comparing(
                                text -> KeyType.TIMESTAMP.read(text, ZoneOffset.UTC));
        String least = extreme(paired.stream().map(each -> each.key().least()), order, End.LEAST);
        String greatest =
                extreme(paired.stream().map(each -> each.key().greatest()), order, End.GREATEST);
        return members.stream()
                .map(member ->
                        paired.contains(member)
                                ? new Member(
                                        member.wish(),
                                        member.table(),
                                        member.key().withRange(least, greatest))
                                : member)
                .toList();
    }

    private static Stream<Member> parents(Member child, List<Member> members) {
        Set<?> referenced =
                child.table().foreignKeys().stream()
                        .map(ForeignKey::referenced)
                        .collect(Collectors.toSet());
        return members.stream().filter(each -> referenced.contains(each.table().name()));
    }

    private enum End {
        LEAST,
        GREATEST
    }

    private static @Nullable String extreme(
            Stream<@Nullable String> texts, Comparator<String> order, End end) {
        return texts.filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .max(end == End.GREATEST ? order : order.reversed())
                .orElse(null);
    }

    private void refuseTakenNames(MigrationSpec spec) {
        List<String> taken = reader.taken(spec.table().schema(), TwinSql.namesInTableSchema(spec));
        if (!taken.isEmpty()) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "Names that the partitions of %s need are taken in schema %s: %s."
                            .formatted(
                                    spec.table(),
                                    spec.table().schema(),
                                    String.join(
                                            ", ", taken.subList(0, Math.min(10, taken.size())))),
                    UNCHANGED,
                    "Rename what is there, or choose other names with partition.names.");
        }
    }

    /// Rows that the collation of a text id puts elsewhere than its time.
    private long misplaced(MigrationSpec spec) {
        if (!(spec.scheme() instanceof Scheme.TimeRange range)
                || range.collation() == Scheme.KeyCollation.C) {
            return 0;
        }
        KeyCodec codec = range.codec();
        if (codec instanceof KeyType || !codec.castName().matches("text|bpchar")) {
            return 0;
        }
        Column key = Objects.requireNonNull(spec.source().column(range.key()), "the key");
        List<SqlPart> bounds = new ArrayList<>();
        List<Literal> times = new ArrayList<>();
        spec.partitions()
                .forEach(partition -> {
                    if (partition.bounds() instanceof Bounds.Times window) {
                        bounds.add(range.bound(window.from()));
                        LocalDateTime utc =
                                LocalDateTime.ofInstant(
                                        window.from().atZone(range.timeZone()).toInstant(),
                                        ZoneOffset.UTC);
                        times.add(KeyType.TIMESTAMP.bound(utc, ZoneOffset.UTC));
                    }
                });
        return new KeyReader(session).misplaced(spec.source(), key, codec, bounds, times);
    }
}
