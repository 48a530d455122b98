package dev.kalends.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kalends.app.Kalends;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.config.TableConfig;
import dev.kalends.config.TableNames;
import dev.kalends.execute.LockRetry;
import dev.kalends.sql.QualifiedName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// Tables of pgbench converted while it works on them.
class PgBenchConversionIT {
    private static final int CLIENTS = 4;
    private static final String TABLES =
            """
            tables:
              - table: pgbench_accounts
                partition: {by: hash, key: aid, partitions: 8}
              - table: pgbench_history
                partition: {by: range, key: mtime, every: month}
                withoutPrimaryKey: insertsOnly
            """;
    private static final QualifiedName ACCOUNTS = TableNames.parse("pgbench_accounts");
    private static final QualifiedName HISTORY = TableNames.parse("pgbench_history");

    @OldestAndNewest
    void everyTransactionOfPgbenchIsInTheConvertedTablesAndBackAgain(TestDatabase database)
            throws IOException, InterruptedException, ConfigException {
        PgBench.load(database, 1);
        database.sql("ALTER TABLE public.pgbench_history ALTER mtime SET NOT NULL");
        Kalends kalends = Conversions.kalends(database.url());

        PgBench.Report report;
        try (PgBench bench = PgBench.start(database, CLIENTS, Duration.ofSeconds(30))) {
            await().atMost(Duration.ofSeconds(30)).until(() -> PgBench.sums(database).rows() > 10);
            convert(kalends, ACCOUNTS);
            convert(kalends, HISTORY);
            assertThat(kind(database, ACCOUNTS) + kind(database, HISTORY)).isEqualTo("pp");
            assertThat(PgBench.sums(database).agree()).isTrue();

            long rows = PgBench.sums(database).rows();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> PgBench.sums(database).rows() > rows);
            LockRetry.Outcome back = kalends.rollback(ACCOUNTS);
            assertThat(back.attempts()).isPositive();
            assertThat(bench.running()).isTrue();
            report = bench.report();
        }

        assertThat(report.errors()).isEmpty();
        assertThat(report.exitCode()).isZero();
        assertThat(kind(database, ACCOUNTS) + kind(database, HISTORY)).isEqualTo("rp");
        PgBench.Sums sums = PgBench.sums(database);
        assertThat(sums.agree()).isTrue();
        assertThat(sums.rows()).isEqualTo(report.transactions());
    }

    private static void convert(Kalends kalends, QualifiedName table) throws ConfigException {
        Config config = ConfigReader.parse(TABLES, "kalends.yaml", Path.of("."), Map.of());
        TableConfig wish = config.table(table);
        kalends.migrate(table, wish);
        kalends.switchTables(table);
    }

    private static String kind(TestDatabase database, QualifiedName table) {
        return database.value(
                "SELECT relkind FROM pg_class WHERE oid = '%s'::regclass"
                        .formatted(table.render()));
    }
}
