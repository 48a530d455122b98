package dev.kalends.fleet.schedule;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import com.github.kagkarlsson.scheduler.task.schedule.CronStyle;
import dev.kalends.fleet.TableWork;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/// The tasks of one kind of work: the one that recurs, and the one of a single table.
final class WorkTasks {
    /// After which the tables are asked for again, when that failed.
    private static final Duration RETRY_PAUSE = Duration.ofMinutes(1);

    private final TableWork work;
    private final CronSchedule schedule;
    private final Clock clock;

    WorkTasks(TableWork work, ZoneId timeZone, Clock clock) {
        this.work = work;
        this.schedule = new CronSchedule(work.cron().expression(), timeZone, CronStyle.UNIX);
        this.clock = clock;
    }

    /// Enters a task for each table, and does nothing else: so nodes share the tables, and none
    /// holds up another.
    RecurringTask<Void> recurring() {
        return Tasks.recurring(work.name(), schedule)
                .onFailure(this::askAgain)
                .execute((_, context) -> enter(context));
    }

    private void enter(ExecutionContext context) {
        Instant now = clock.instant();
        for (String key : work.keys()) {
            // One that is there already waits, or is in hand: it will do, or does, what is due.
            context.getSchedulerClient()
                    .scheduleIfNotExists(
                            new TaskInstance<Void>(nameOfTable(), key), work.begin(now));
        }
    }

    /// A day's work must not be missed because the server was away for a moment.
    private void askAgain(ExecutionComplete failure, ExecutionOperations<Void> operations) {
        work.notEntered(failure.getCause().orElse(null));
        Instant next = schedule.getNextExecutionTime(failure);
        Instant soon = failure.getTimeDone().plus(RETRY_PAUSE);
        operations.reschedule(failure, next.isBefore(soon) ? next : soon);
    }

    private String nameOfTable() {
        return work.name() + "-table";
    }

    /// One tick of one table. It is removed whether it failed or not: what stays would keep the
    /// next run from entering the table again.
    Task<Void> ofTable() {
        CustomTask<Void> task =
                Tasks.custom(nameOfTable(), Void.class)
                        .onFailure((failure, operations) -> {
                            work.failed(
                                    failure.getExecution().taskInstance.getId(),
                                    failure.getCause().orElse(null));
                            operations.remove();
                        })
                        .onDeadExecutionRevive()
                        .execute((instance, _) -> tick(instance.getId()));
        return task;
    }

    private CompletionHandler<Void> tick(String key) {
        Instant now = clock.instant();
        Instant begin = work.begin(now);
        if (begin.isAfter(now)) {
            // It was entered within the window, and its turn came after the window's end.
            return (complete, operations) -> operations.reschedule(complete, begin);
        }
        work.tick(key);
        return new CompletionHandler.OnCompleteRemove<>();
    }
}
