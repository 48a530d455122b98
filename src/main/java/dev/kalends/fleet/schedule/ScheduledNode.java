package dev.kalends.fleet.schedule;

import com.github.kagkarlsson.scheduler.ScheduledExecution;
import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import dev.kalends.config.ScheduleConfig;
import dev.kalends.fleet.Node;
import dev.kalends.fleet.TableWork;
import dev.kalends.fleet.Ticker;
import dev.kalends.journal.Journal;
import dev.kalends.pg.Session;
import dev.kalends.pg.SessionPool;
import dev.kalends.pg.Target;
import dev.kalends.plan.MaintenanceWork;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// This process as one of the nodes that share the work.
///
/// Each kind of work is one recurring task, which some node runs when it is due: it enters one task
/// for each table, unless that is there already, and any node picks it up. A task that a node has
/// in hand bears its heartbeat; when that has been missing for 20 seconds, another node takes it
/// over. What was due while no node ran is done once when one starts.
public final class ScheduledNode implements AutoCloseable {
    /// How many tables a node works on at once; nodes share the rest.
    static final int TABLES_AT_ONCE = 2;

    /// How often a node says of the work in hand that it is alive.
    static final Duration HEARTBEAT = Duration.ofSeconds(5);

    /// After how many missing heartbeats another node takes over. The library allows no fewer.
    static final int MISSED_HEARTBEATS = 4;

    /// How long a node that stops waits for the work in hand, before it interrupts it, and again
    /// after.
    static final Duration FINISH = Duration.ofMinutes(2);

    private static final String TABLE = "kalends.scheduled_tasks";

    /// One session each for the look-out, the heartbeat and the search for dead nodes, beside those
    /// that note what became of a table.
    private static final int SESSIONS_MAX = TABLES_AT_ONCE + 3;

    private final SessionPool sessions;
    private final Scheduler scheduler;
    private final List<RecurringTask<Void>> recurring = new ArrayList<>();
    private final List<TableWork> works;

    private ScheduledNode(
            Node node,
            SessionPool sessions,
            ScheduleConfig schedule,
            Ticker ticker,
            Clock clock,
            Duration heartbeat) {
        this.sessions = sessions;
        this.works =
                Arrays.stream(MaintenanceWork.values())
                        .map(work -> new TableWork(work, schedule, ticker))
                        .toList();
        List<Task<?>> ofTables = new ArrayList<>();
        for (TableWork work : works) {
            WorkTasks tasks = new WorkTasks(work, schedule.timeZone(), clock);
            ofTables.add(tasks.ofTable());
            recurring.add(tasks.recurring());
        }
        this.scheduler =
                Scheduler.create(sessions.dataSource(), ofTables)
                        .startTasks(recurring)
                        .tableName(TABLE)
                        .jdbcCustomization(
                                new PostgreSqlJdbcCustomization(
                                        /* useGenericLockAndFetch= */ false,
                                        /* persistTimestampInUTC= */ false))
                        .schedulerName(new SchedulerName.Fixed(node.name()))
                        .clock(clock::instant)
                        .threads(TABLES_AT_ONCE)
                        .pollingInterval(schedule.nodePolling())
                        .heartbeatInterval(heartbeat)
                        .missedHeartbeatsLimit(MISSED_HEARTBEATS)
                        .shutdownMaxWait(FINISH)
                        // Tasks say themselves what failed.
                        .failureLogging(LogLevel.OFF, /* logStackTrace= */ false)
                        .enableImmediateExecution()
                        .build();
    }

    /// Creates what the schedule needs in schema `kalends`, and begins to work.
    ///
    /// @throws dev.kalends.failure.KalendsException if the server cannot be reached
    public static ScheduledNode start(
            Node node, Target target, ScheduleConfig schedule, Ticker ticker, Clock clock) {
        return start(node, target, schedule, ticker, clock, HEARTBEAT);
    }

    static ScheduledNode start(
            Node node,
            Target target,
            ScheduleConfig schedule,
            Ticker ticker,
            Clock clock,
            Duration heartbeat) {
        try (Session session = Session.open(target, "serve")) {
            Journal.upgrade(session);
        }
        SessionPool sessions = target.pool("schedule", SESSIONS_MAX);
        try {
            ScheduledNode started =
                    new ScheduledNode(node, sessions, schedule, ticker, clock, heartbeat);
            started.scheduler.start();
            return started;
        } catch (RuntimeException e) {
            sessions.close();
            throw e;
        }
    }

    /// When a kind of work is due next.
    ///
    /// @param next null if another node is entering its tables just now
    public record Upcoming(TableWork work, @Nullable Instant next) {}

    /// What is due next, of each kind of work.
    public List<Upcoming> upcoming() {
        List<Upcoming> all = new ArrayList<>();
        for (int i = 0; i < works.size(); i++) {
            Instant next =
                    scheduler
                            .getScheduledExecution(recurring.get(i).getDefaultTaskInstance())
                            .filter(execution -> !execution.isPicked())
                            .map(ScheduledExecution::getExecutionTime)
                            .orElse(null);
            all.add(new Upcoming(works.get(i), next));
        }
        return all;
    }

    /// Takes no more work, and waits for the work in hand.
    @Override
    public void close() {
        scheduler.stop();
        sessions.close();
    }
}
