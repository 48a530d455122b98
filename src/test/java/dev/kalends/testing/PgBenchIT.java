package dev.kalends.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;

class PgBenchIT {
    private static final int CLIENTS = 8;

    @OldestAndNewest
    void everyCommittedTransactionIsInTheSums(TestDatabase database)
            throws IOException, InterruptedException {
        PgBench.load(database, 1);
        assertThat(PgBench.sums(database)).isEqualTo(new PgBench.Sums(0, 0, 0, 0, 0));

        PgBench.Report first = run(database);
        PgBench.Report second = run(database);

        assertThat(first.transactions()).isPositive();
        assertThat(second.errors()).isEmpty();
        assertThat(second.exitCode()).isZero();
        PgBench.Sums sums = PgBench.sums(database);
        assertThat(sums.agree()).isTrue();
        assertThat(sums.rows()).isEqualTo(first.transactions() + second.transactions());
    }

    @OldestAndNewest
    void aLostChangeBreaksTheSums(TestDatabase database) throws IOException, InterruptedException {
        PgBench.load(database, 1);
        run(database);

        database.sql("UPDATE public.pgbench_accounts SET abalance = abalance + 1 WHERE aid = 7");

        assertThat(PgBench.sums(database).agree()).isFalse();
    }

    @OldestAndNewest
    void anErrorThatEndsAClientIsReported(TestDatabase database)
            throws IOException, InterruptedException {
        PgBench.load(database, 1);
        try (PgBench bench = PgBench.start(database, CLIENTS, Duration.ofSeconds(2))) {
            await().atMost(Duration.ofSeconds(30)).until(() -> PgBench.sums(database).rows() > 10);
            database.sql("ALTER TABLE public.pgbench_history RENAME TO elsewhere");
            PgBench.Report report = bench.report();

            assertThat(report.exitCode()).isEqualTo(2);
            assertThat(report.errors())
                    .anySatisfy(error ->
                            assertThat(error)
                                    .contains("relation \"pgbench_history\" does not exist"));
        }
        database.sql("ALTER TABLE public.elsewhere RENAME TO pgbench_history");
        assertThat(PgBench.sums(database).agree()).isTrue();
    }

    private static PgBench.Report run(TestDatabase database)
            throws IOException, InterruptedException {
        try (PgBench bench = PgBench.start(database, CLIENTS, Duration.ofSeconds(1))) {
            return bench.report();
        }
    }
}
