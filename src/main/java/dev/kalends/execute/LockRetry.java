package dev.kalends.execute;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.CatalogReader;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntConsumer;

/// Tries a transaction that locks tables in use, again and again, never keeping the clients behind
/// it waiting longer than the lock timeout.
public final class LockRetry {
    private final Session session;
    private final LockPolicy policy;
    private final Clock clock;
    private final StopSignal stop;
    private final ProgressEvent.Listener listener;
    private Duration waited = Duration.ZERO;

    public LockRetry(
            Session session,
            LockPolicy policy,
            Clock clock,
            StopSignal stop,
            ProgressEvent.Listener listener) {
        this.session = session;
        this.policy = policy;
        this.clock = clock;
        this.stop = stop;
        this.listener = listener;
    }

    /// Thrown by work that found too much left to do while it holds the locks.
    public static final class BackOff extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public BackOff(String reason) {
            super(reason);
        }
    }

    /// How a transaction went that succeeded in the end.
    ///
    /// @param attempts tries, the last of which succeeded
    /// @param waited for the locks, in the last try
    /// @param held from the moment all locks were there to the end of the commit
    public record Outcome(int attempts, Duration waited, Duration held) {
        /// Nothing was left to try.
        public static final Outcome NONE = new Outcome(0, Duration.ZERO, Duration.ZERO);
    }

    /// A lock on a table, taken together with others.
    public record Wanted(QualifiedName table, Mode mode, Scope scope) {
        public Wanted(QualifiedName table, Mode mode) {
            this(table, mode, Scope.TREE);
        }
    }

    /// Whether the partitions of a table are locked with it.
    public enum Scope {
        TREE,
        ALONE
    }

    /// PostgreSQL's lock modes as far as they are needed here.
    public enum Mode {
        SHARE_UPDATE_EXCLUSIVE("SHARE UPDATE EXCLUSIVE"),
        SHARE_ROW_EXCLUSIVE("SHARE ROW EXCLUSIVE"),
        ACCESS_EXCLUSIVE("ACCESS EXCLUSIVE");

        private final String words;

        Mode(String words) {
            this.words = words;
        }

        /// As PostgreSQL writes it.
        public String words() {
            return words;
        }
    }

    private static final String LOCK =
            """
            BEGIN
            {locks};
            END
            """;

    /// One statement that takes all locks, so that one timeout covers them together.
    public static Sql lockAll(List<Wanted> wanted) {
        return lockAll(List.of(), wanted);
    }

    /// @param first statements that lock what clients lock before the tables
    public static Sql lockAll(List<Sql> first, List<Wanted> wanted) {
        List<SqlPart> locks = new ArrayList<>(first);
        for (Wanted lock : wanted) {
            locks.add(
                    Sql.text("    LOCK TABLE {table} IN {mode} MODE")
                            .put("table", lock.scope() == Scope.ALONE ? only(lock) : lock.table())
                            .put("mode", ServerText.of(lock.mode().words()))
                            .build());
        }
        Sql body = Sql.text(LOCK).put("locks", SqlList.statements(locks)).build();
        return Sql.text("DO {body}").put("body", Literal.of(body.render())).build();
    }

    private static Sql only(Wanted lock) {
        return Sql.text("ONLY {table}").put("table", lock.table()).build();
    }

    /// Limits what follows in this transaction: the wait for locks, and the statement that takes
    /// them.
    public void limitWaits() {
        SqlPart milliseconds = Literal.of(policy.lockTimeout().toMillis() + "ms");
        session.execute(
                Sql.text("SET LOCAL lock_timeout = {timeout}")
                        .put("timeout", milliseconds)
                        .build());
        session.execute(
                Sql.text("SET LOCAL statement_timeout = {timeout}")
                        .put("timeout", milliseconds)
                        .build());
    }

    /// Limits the wait for each lock in this transaction, but not the work under it, which grows
    /// with the number of partitions.
    public void limitLockWaits() {
        limitWaits();
        session.execute(LONG_STATEMENTS);
    }

    private static final Sql LONG_STATEMENTS = Sql.of("SET LOCAL statement_timeout = '10s'");

    /// Takes the locks together, then allows statements ten seconds.
    ///
    /// @return when all were there
    public Instant takeLocks(List<Wanted> wanted) {
        return takeLocks(List.of(), wanted);
    }

    /// @param first statements that lock what clients lock before the tables
    /// @return when all were there
    public Instant takeLocks(List<Sql> first, List<Wanted> wanted) {
        limitWaits();
        Instant began = clock.instant();
        session.execute(lockAll(first, wanted));
        Instant since = clock.instant();
        waited = Duration.between(began, since);
        session.execute(LONG_STATEMENTS);
        return since;
    }

    private static final Sql MAY_LOCK =
            Sql.of("SELECT has_table_privilege(?, 'UPDATE, DELETE, TRUNCATE')");

    /// Those of the locks that the session's role may take by name: REFERENCES alone allows a
    /// foreign key but not the LOCK statement. The others are taken by what needs them.
    public static List<Wanted> lockable(Session session, List<Wanted> wanted) {
        return wanted.stream()
                .filter(each -> session.one(MAY_LOCK, row -> row.truth(1), each.table().render()))
                .toList();
    }

    /// Runs the work in transactions until one commits.
    ///
    /// @param doing what is tried, for messages: "Cannot …"
    /// @param locked the tables whose lock holders are named when it fails
    /// @param before runs before each try, outside the transaction; gets the number of the try
    /// @param work runs in the transaction and returns when it had its locks
    /// @throws KalendsException LOCK_NOT_AVAILABLE after the last try
    public Outcome run(String doing, List<Long> locked, IntConsumer before, Attempt work) {
        String reason = "";
        for (int attempt = 1; attempt <= policy.attempts(); attempt++) {
            if (stop.requested()) {
                throw stopped(doing);
            }
            before.accept(attempt);
            int number = attempt;
            Instant began = clock.instant();
            try {
                Instant lockedAt =
                        session.transaction(
                                Session.Isolation.READ_COMMITTED, () -> work.run(number));
                Duration held = Duration.between(lockedAt, clock.instant());
                listener.on(new ProgressEvent.Tried(attempt, "done", held));
                return new Outcome(attempt, waited, held);
            } catch (BackOff e) {
                reason = String.valueOf(e.getMessage());
            } catch (PgException e) {
                if (!e.lockNotAvailable()) {
                    throw e;
                }
                reason = waitedFor(locked);
            }
            listener.on(
                    new ProgressEvent.Tried(
                            attempt, reason, Duration.between(began, clock.instant())));
            if (attempt < policy.attempts()) {
                stop.await(jittered());
            }
        }
        throw new KalendsException(
                FailureCode.LOCK_NOT_AVAILABLE,
                "%s: no success in %d tries; the last: %s."
                        .formatted(doing, policy.attempts(), reason),
                "Every try was rolled back; nothing was changed and nothing is lost.",
                "End what holds the locks, or run the same command again at a quieter time.");
    }

    /// One try, inside its transaction.
    @FunctionalInterface
    public interface Attempt {
        /// @return when it had its locks
        Instant run(int attempt);
    }

    private String waitedFor(List<Long> locked) {
        List<String> holders = new CatalogReader(session).holders(locked);
        return "the locks were not free within %d ms%s"
                .formatted(
                        policy.lockTimeout().toMillis(),
                        holders.isEmpty() ? "" : "; held by " + String.join(", ", holders));
    }

    private Duration jittered() {
        long pause = policy.retryPause().toMillis();
        return Duration.ofMillis(pause / 2 + ThreadLocalRandom.current().nextLong(pause + 1));
    }

    private static KalendsException stopped(String doing) {
        return new KalendsException(
                FailureCode.STOPPED,
                doing + ": stopped as requested.",
                "Every try was rolled back; nothing was changed and nothing is lost.",
                "Run the same command again when you are ready.");
    }
}
