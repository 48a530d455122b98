package dev.kalends.fleet;

import dev.kalends.config.Cron;
import dev.kalends.config.ScheduleConfig;
import dev.kalends.config.TimeWindow;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.sql.QualifiedName;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One kind of work, table by table. A table is known by its key, which is its name as SQL has it.
public final class TableWork {
    private static final Logger LOG = LoggerFactory.getLogger(TableWork.class);

    private final MaintenanceWork work;
    private final ScheduleConfig schedule;
    private final Ticker ticker;

    public TableWork(MaintenanceWork work, ScheduleConfig schedule, Ticker ticker) {
        this.work = work;
        this.schedule = schedule;
        this.ticker = ticker;
    }

    /// "lifecycle"
    public String name() {
        return switch (work) {
            case CREATE -> "create";
            case LIFECYCLE -> "lifecycle";
        };
    }

    /// When it is due.
    public Cron cron() {
        return switch (work) {
            case CREATE -> schedule.create();
            case LIFECYCLE -> schedule.lifecycle();
        };
    }

    /// Outside of which it does not begin; null for always. Partitions have to be there in time, so
    /// making them never waits.
    public @Nullable TimeWindow window() {
        return switch (work) {
            case CREATE -> null;
            case LIFECYCLE -> schedule.window();
        };
    }

    /// When work that is due at an instant may begin: then, or at the beginning of the window.
    public Instant begin(Instant due) {
        TimeWindow window = window();
        return window == null ? due : window.next(due);
    }

    /// The keys of the tables under maintenance now.
    public List<String> keys() {
        return ticker.tables().stream().map(QualifiedName::render).distinct().toList();
    }

    /// Does what is due for one table. One that is no longer under maintenance is left alone.
    public void tick(String key) {
        for (QualifiedName table : ticker.tables()) {
            if (table.render().equals(key)) {
                String done = ticker.tick(table, Set.of(work));
                LOG.atInfo()
                        .addKeyValue("work", name())
                        .addKeyValue("table", table.display())
                        .log(done);
                return;
            }
        }
        LOG.atInfo()
                .addKeyValue("work", name())
                .addKeyValue("table", key)
                .log("no longer under maintenance");
    }

    /// Says in the log that a table's tick failed.
    public void failed(String key, @Nullable Throwable cause) {
        LOG.atError()
                .setCause(cause)
                .addKeyValue("work", name())
                .addKeyValue("table", key)
                .log("failed; the next run tries again");
    }

    /// Says in the log that the tables could not be entered.
    public void notEntered(@Nullable Throwable cause) {
        LOG.atError()
                .setCause(cause)
                .addKeyValue("work", name())
                .log("cannot enter the tables; trying again in a minute at the latest");
    }
}
