package dev.kalends.analyze;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.Relation;
import dev.kalends.catalog.ServerFacts;
import dev.kalends.catalog.TableFacts;
import dev.kalends.config.Config;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.key.KeyCodec;
import dev.kalends.key.KeyType;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.CatalogReader;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.unit.ByteSize;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Looks at tables before anything is decided: statistics, catalogs and samples of some hundred
/// rows.
public final class Check {
    /// How many tables are looked at when none is named.
    public static final int TABLES_MAX = 50;

    /// Below this a table is not worth the trouble.
    public static final ByteSize SMALLEST = ByteSize.ofMegabytes(100);

    private final Session session;
    private final Config config;
    private final LocalDateTime now;
    private final ByteSize smallest;
    private final CatalogReader catalog;
    private final StatisticsReader statistics;

    /// @param now in UTC
    /// @param smallest with less than this, a table is better left as it is
    public Check(Session session, Config config, LocalDateTime now, ByteSize smallest) {
        this.session = session;
        this.config = config;
        this.now = now;
        this.smallest = smallest;
        this.catalog = new CatalogReader(session);
        this.statistics = new StatisticsReader(session);
    }

    /// The largest ordinary tables, where neither the user nor the configuration names any.
    public List<QualifiedName> largest() {
        return statistics.largest(TABLES_MAX);
    }

    private static final Sql LOCK_SLOTS =
            Sql.of(
                    """
                    SELECT current_setting('max_locks_per_transaction')::bigint
                           * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint)
                    """);

    /// @param relations ordinary tables that exist
    public CheckReport report(List<Relation> relations) {
        ServerFacts server = catalog.server();
        List<Finding> findings = new ArrayList<>(ServerChecks.read(session, config.throttle()));
        StatisticsReader.Remembered remembered = statistics.statements();
        if (remembered.missing() != null) {
            findings.add(remembered.missing());
        }
        List<Known> all = new ArrayList<>();
        for (Relation relation : relations) {
            all.add(
                    known(
                            catalog.table(relation.oid(), server.blockBytes()),
                            remembered.statements()));
        }
        Map<QualifiedName, TableConfig> wishes = wishes(all);
        Preflight.Setting setting =
                new Preflight.Setting(
                        server, config, now, session.one(LOCK_SLOTS, row -> row.number(1)));
        List<TableReport> reports = new ArrayList<>();
        for (Known known : all) {
            TableConfig configured = config.table(known.table().name());
            Recommendation recommendation = new Recommender(known, smallest, wishes).recommend();
            TableConfig wish = configured == null ? recommendation.wish() : configured;
            reports.add(
                    new Preflight(
                                    setting,
                                    known,
                                    catalog.role(known.table().oid()),
                                    recommendation,
                                    configured,
                                    wish == null ? 0 : outOfOrder(known, wish))
                            .report());
        }
        return new CheckReport(findings, reports);
    }

    /// What is configured or best for each table, looked at alone; then others can be paired with
    /// it.
    private Map<QualifiedName, TableConfig> wishes(List<Known> all) {
        Map<QualifiedName, TableConfig> wishes = new LinkedHashMap<>();
        config.tables().forEach(each -> wishes.put(each.table(), each));
        for (Known known : all) {
            TableConfig wish = new Recommender(known, smallest, Map.of()).recommend().wish();
            if (wish != null) {
                wishes.putIfAbsent(wish.table(), wish);
            }
        }
        return wishes;
    }

    private Known known(TableFacts table, List<StatementStatistics> statements) {
        List<Column> columns =
                table.columns().stream().filter(column -> mayTell(table, column)).toList();
        return new Known(
                table,
                statistics.columns(table.name()),
                statistics.sample(table, columns),
                statements.stream()
                        .map(each -> StatementUse.of(each, table.name()))
                        .filter(Objects::nonNull)
                        .toList());
    }

    /// Only what a key could be is sampled, never the content of messages.
    private boolean mayTell(TableFacts table, Column column) {
        TableConfig wish = config.table(table.name());
        boolean configured = wish != null && wish.partition().key().equals(column.name());
        boolean keyed =
                table.indexes().stream().anyMatch(index -> index.columns().contains(column.name()));
        return configured
                || KeyType.ofTypeName(column.type()) != null
                || (keyed && column.type().matches("text|uuid|bigint|integer|character.*"));
    }

    private long outOfOrder(Known known, TableConfig wish) {
        @Nullable Column column = known.table().column(wish.partition().key());
        KeyCodec codec = column == null ? null : known.codec(column);
        if (codec == null) {
            return 0;
        }
        boolean text = !(codec instanceof KeyType) && codec.castName().equals("text");
        return column != null && text && wish.partition() instanceof PartitionConfig.ByTime
                ? statistics.outOfOrder(
                        known.table(),
                        column.name(),
                        known.values(column.name()).stream()
                                .filter(value -> Known.time(codec, value) != null)
                                .toList())
                : 0;
    }
}
