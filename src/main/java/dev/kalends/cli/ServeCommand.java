package dev.kalends.cli;

import dev.kalends.app.ArchiveAccess;
import dev.kalends.app.ArchiveEndpoint;
import dev.kalends.app.Maintenance;
import dev.kalends.config.ArchiveConfig;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.TimeWindow;
import dev.kalends.config.ViewConfig;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.fleet.Node;
import dev.kalends.fleet.Primary;
import dev.kalends.fleet.TableWork;
import dev.kalends.fleet.Ticker;
import dev.kalends.fleet.schedule.ScheduledNode;
import dev.kalends.pg.Target;
import dev.kalends.sql.QualifiedName;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;

/// Does what is due whenever it is due, until it is told to stop.
final class ServeCommand implements Command {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
    private static final String NO_WEB = "--no-web";
    private static final Duration LOOK = Duration.ofMinutes(1);

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "serve",
                        "Does the maintenance of all tables at the times of schedule in the configuration, until Ctrl-C or"
                                + " SIGTERM, which let the work in hand end. Any number of nodes may run at once: they share"
                                + " the tables. The log goes to stderr: JSON lines, or text on a terminal.",
                        "  kalends serve --no-web",
                        "  kalends serve --no-web --config /etc/kalends/kalends.yaml");
        Options.addFlag(
                spec, NO_WEB, "Without a dashboard; required, because this version has none.");
        return spec;
    }

    @Override
    public int run(Call call) throws ConfigException {
        if (!call.has(NO_WEB)) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    "This version has no dashboard.",
                    Call.UNCHANGED,
                    "Run kalends serve --no-web.");
        }
        Config config = call.config();
        Target target = call.target(config);
        Node node = Node.ofThisProcess();
        boolean text = call.console().kind() == Console.Kind.TERMINAL && !call.json();
        LogLines lines = new LogLines(text ? Output.TEXT : Output.JSON, node.name());
        StopSignal stop = new StopSignal();
        try (DaemonLog _ = new DaemonLog(call.console().err(), lines);
                Interrupts _ = new Interrupts(stop, LOG::info)) {
            LOG.info("node {} serves {}", node.name(), target);
            if (Primary.await(target, stop)) {
                try (ArchiveAccess archive = call.archive(config);
                        ArchiveEndpoint _ = endpoint(call, config, archive)) {
                    work(call, config, node, stop, archive);
                }
            }
            LOG.info("node {} stopped", node.name());
        }
        return 0;
    }

    /// Null if the configuration wants none.
    private static @Nullable ArchiveEndpoint endpoint(
            Call call, Config config, ArchiveAccess archive) {
        ArchiveConfig own = config.archive();
        ViewConfig view = own == null ? null : own.view();
        if (view == null) {
            return null;
        }
        ArchiveEndpoint endpoint =
                ArchiveEndpoint.start(call.target(config), view, call.folder(), archive);
        LOG.info(
                "archived partitions are read at {}:{}",
                view.listen().host(),
                endpoint.address().getPort());
        return endpoint;
    }

    private static void work(
            Call call, Config config, Node node, StopSignal stop, ArchiveAccess archive) {
        Target target = call.target(config);
        Ticker ticker =
                new MaintenanceTicker(
                        new Maintenance(
                                target,
                                config,
                                call.console().clock(),
                                stop,
                                event -> {},
                                archive));
        try (ScheduledNode scheduled =
                ScheduledNode.start(
                        node, target, config.schedule(), ticker, call.console().clock())) {
            scheduled.upcoming().forEach(each -> LOG.info(words(each, config)));
            List<QualifiedName> tables = ticker.tables();
            LOG.info(
                    "tables under maintenance: {}",
                    tables.isEmpty()
                            ? "none yet"
                            : tables.stream()
                                    .map(QualifiedName::display)
                                    .collect(Collectors.joining(", ")));
            while (!stop.await(LOOK)) {
                // The schedule's own threads work.
            }
        }
    }

    /// `lifecycle: 30 2 * * * Europe/Berlin, next at 2026-01-02T01:30:00Z, within 01:00-05:00 UTC`
    private static String words(ScheduledNode.Upcoming upcoming, Config config) {
        TableWork work = upcoming.work();
        TimeWindow window = work.window();
        return "%s: %s %s, next %s%s"
                .formatted(
                        work.name(),
                        work.cron().expression(),
                        config.schedule().timeZone(),
                        upcoming.next() == null ? "being entered" : "at " + upcoming.next(),
                        window == null ? "" : ", within " + window.display());
    }
}
