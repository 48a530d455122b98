package dev.kalends.analyze;

import dev.kalends.config.ThrottleConfig;
import dev.kalends.pg.Row;
import dev.kalends.pg.Session;
import dev.kalends.sql.Sql;
import dev.kalends.unit.ByteSize;
import dev.kalends.unit.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What concerns every conversion on a server: others' transactions, replicas, slots, locks.
final class ServerChecks {
    private final Session session;
    private final ThrottleConfig throttle;
    private final List<Finding> findings = new ArrayList<>();

    private ServerChecks(Session session, ThrottleConfig throttle) {
        this.session = session;
        this.throttle = throttle;
    }

    static List<Finding> read(Session session, ThrottleConfig throttle) {
        ServerChecks checks = new ServerChecks(session, throttle);
        checks.connection();
        checks.sight();
        checks.transactions();
        checks.prepared();
        checks.replicas();
        checks.slots();
        checks.wraparound();
        return checks.findings;
    }

    private static final Sql POOLERS =
            Sql.of(
                    """
                    SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND application_name ~* '(pgbouncer|pgcat|odyssey|pgpool|supavisor)'
                    """);

    private void connection() {
        long pooled = session.one(POOLERS, row -> row.number(1));
        findings.add(
                Finding.note(
                        "connection",
                        pooled == 0
                                ? "This connection reaches the server directly, as conversions need it."
                                : "This connection reaches the server directly; %d others come through a pooler."
                                        .formatted(pooled)));
    }

    private static final Sql SEES_OTHERS =
            Sql.of("SELECT pg_has_role('pg_read_all_stats', 'USAGE')");

    private void sight() {
        if (!session.one(SEES_OTHERS, row -> row.truth(1))) {
            findings.add(
                    Finding.note(
                            "privileges",
                            "This role does not see other roles' transactions, statements and replicas: what is said"
                                    + " of them is not all.",
                            "GRANT pg_monitor TO it."));
        }
    }

    private static final Sql TRANSACTIONS =
            Sql.of(
                    """
                    SELECT a.pid, coalesce(nullif(a.application_name, ''), 'nameless'), coalesce(a.state, 'unknown state'),
                           extract(epoch FROM clock_timestamp() - a.xact_start)::bigint
                      FROM pg_stat_activity a
                     WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.xact_start IS NOT NULL
                       AND a.backend_type = 'client backend'
                       AND clock_timestamp() - a.xact_start > ?::bigint * interval '1 millisecond'
                     ORDER BY a.xact_start LIMIT 5
                    """);

    private void transactions() {
        for (String each :
                session.query(
                        TRANSACTIONS,
                        row ->
                                "pid %d (%s, %s), open for %s"
                                        .formatted(
                                                row.number(1),
                                                row.text(2),
                                                row.text(3),
                                                Durations.display(
                                                        Duration.ofSeconds(row.number(4)))),
                        throttle.longTransaction().toMillis())) {
            findings.add(
                    Finding.change(
                            "transactions",
                            "A long transaction makes the copy pause and the capture wait: "
                                    + each
                                    + ".",
                            "End it, or raise throttle.longTransaction."));
        }
    }

    private static final Sql PREPARED =
            Sql.of(
                    """
                    SELECT p.gid, p.owner, extract(epoch FROM clock_timestamp() - p.prepared)::bigint
                      FROM pg_prepared_xacts p WHERE p.database = current_database() ORDER BY p.prepared LIMIT 5
                    """);

    private void prepared() {
        for (String each :
                session.query(
                        PREPARED,
                        row ->
                                "%s of %s, prepared %s ago"
                                        .formatted(
                                                row.text(1),
                                                row.text(2),
                                                Durations.display(
                                                        Duration.ofSeconds(row.number(3)))))) {
            findings.add(
                    Finding.change(
                            "transactions",
                            "A prepared transaction keeps its locks without a session: "
                                    + each
                                    + ".",
                            "COMMIT PREPARED or ROLLBACK PREPARED it before the conversion begins."));
        }
    }

    private static final Sql REPLICAS =
            Sql.of(
                    """
                    SELECT coalesce(nullif(r.application_name, ''), r.pid::text), coalesce(r.state, 'unknown state'),
                           coalesce(extract(epoch FROM r.replay_lag) * 1000, 0)::bigint,
                           coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn), 0)::bigint
                      FROM pg_stat_replication r WHERE NOT pg_is_in_recovery() ORDER BY 1
                    """);

    private void replicas() {
        for (Finding each : session.query(REPLICAS, this::replica)) {
            findings.add(each);
        }
    }

    private Finding replica(Row row) {
        Duration lag = Duration.ofMillis(row.number(3));
        long bytes = row.number(4);
        String text =
                "Replica %s (%s) is %s and %s behind."
                        .formatted(
                                row.text(1),
                                row.text(2),
                                Durations.display(lag),
                                new ByteSize(Math.max(0, bytes)).display());
        boolean late =
                lag.compareTo(throttle.replicaLag()) > 0
                        || bytes > throttle.replicaLagBytes().bytes();
        return late
                ? Finding.change(
                        "replicas",
                        text + " The copy would pause for it.",
                        "Let it catch up, or raise throttle.replicaLag and replicaLagBytes.")
                : Finding.note(
                        "replicas",
                        text
                                + " It replays the switch's lock: readers there may wait or be cancelled.");
    }

    private static final Sql SLOTS =
            Sql.of(
                    """
                    SELECT s.slot_name, s.slot_type, coalesce(s.plugin, ''), s.active,
                           coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn), 0)::bigint
                      FROM pg_replication_slots s
                     WHERE NOT pg_is_in_recovery() AND (s.database IS NULL OR s.database = current_database()) ORDER BY 1
                    """);

    private void slots() {
        findings.addAll(session.query(SLOTS, ServerChecks::slot));
    }

    private static Finding slot(Row row) {
        String held = new ByteSize(Math.max(0, row.number(5))).display();
        String name = "%s slot %s".formatted(row.text(2), row.text(1));
        if (!row.truth(4)) {
            return Finding.change(
                    "replication",
                    "%s is not in use and holds back %s of WAL; a conversion writes WAL for all that it copies, and that would stay too."
                            .formatted(capital(name), held),
                    "Connect its consumer or drop it with pg_drop_replication_slot.");
        }
        return Finding.note(
                "replication",
                row.text(2).equals("logical")
                        ? "%s (%s) decodes what a conversion writes too; %s are waiting."
                                .formatted(capital(name), row.text(3), held)
                        : "%s holds %s of WAL.".formatted(capital(name), held));
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    private static final Sql WRAPAROUND =
            Sql.of(
                    """
                    SELECT age(d.datfrozenxid)::bigint, current_setting('autovacuum_freeze_max_age')::bigint,
                           coalesce((SELECT string_agg(a.query, '; ') FROM pg_stat_activity a
                              WHERE a.datname = current_database() AND a.query LIKE 'autovacuum:%wraparound%'), '')
                      FROM pg_database d WHERE d.datname = current_database()
                    """);

    private void wraparound() {
        findings.addAll(session.query(WRAPAROUND, ServerChecks::age));
    }

    private static Finding age(Row row) {
        long age = row.number(1);
        long limit = row.number(2);
        String running = row.text(3);
        if (!running.isEmpty()) {
            return Finding.change(
                    "vacuum",
                    "An anti-wraparound vacuum is running and does not give way to the switch's lock: "
                            + running
                            + ".",
                    "Let it end before the switch.");
        }
        String text =
                String.format(
                        Locale.ROOT,
                        "The oldest transaction id of this database is %,d old; anti-wraparound vacuums begin at %,d.",
                        age,
                        limit);
        return age > limit * 8 / 10
                ? Finding.change(
                        "vacuum", text, "VACUUM (FREEZE) the oldest tables before the conversion.")
                : Finding.note("vacuum", text);
    }
}
