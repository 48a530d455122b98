package dev.kalends.cli;

import dev.kalends.demo.Demo;
import dev.kalends.demo.DemoOptions;
import dev.kalends.demo.DemoReport;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/// Shows a whole conversion on an embedded server.
final class DemoCommand implements Command {
    private static final String ROWS = "--rows";
    private static final String MONTHS = "--months";
    private static final String CLIENTS = "--clients";
    private static final String RATE = "--rate";
    private static final String SEED = "--seed";
    private static final String ROLLBACK = "--rollback";
    private static final String KEEP = "--keep";
    private static final Duration LOOK = Duration.ofSeconds(1);

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "demo",
                        "Starts a PostgreSQL 18 of its own with a messaging application on it, converts its biggest table"
                                + " while clients read and write, and compares every row in the end. Needs nothing but"
                                + " Java and some minutes.",
                        "  kalends demo",
                        "  kalends demo --rows 100000 --rollback",
                        "  kalends demo --keep",
                        "  kalends demo --output json > demo.json");
        number(spec, ROWS, "COUNT", "Messages in the table (default: 1000000).");
        number(spec, MONTHS, "COUNT", "Months they span (default: 24).");
        number(spec, CLIENTS, "COUNT", "Clients at work meanwhile (default: 8).");
        number(spec, RATE, "COUNT", "Operations a second of all clients together (default: 400).");
        number(spec, SEED, "NUMBER", "Another one gives other data (default: 1).");
        Options.addFlag(spec, ROLLBACK, "Shows the way back as well.");
        Options.addFlag(spec, KEEP, "Keeps the server running in the end, until Ctrl-C.");
        return spec;
    }

    private static void number(CommandSpec spec, String name, String label, String description) {
        Function<String, Integer> reader = Options::count;
        Options.add(spec, name, label, Integer.class, reader, description);
    }

    @Override
    public int run(Call call) throws IOException, InterruptedException {
        DemoOptions options = options(call);
        Screen screen = call.screen();
        DemoText text =
                new DemoText(
                        call.json() ? screen.on(call.console().err()) : screen,
                        call.json() ? call.console().err() : call.console().out(),
                        call.json() ? Console.Kind.PIPE : call.console().kind());
        StopSignal stop = new StopSignal();
        text.title(options);
        try (Interrupts _ = new Interrupts(stop, call.console().err());
                Demo demo = Demo.start(options, call.console().clock(), stop, text)) {
            DemoReport report = demo.run();
            if (call.json()) {
                call.print(DemoView.of(report));
            } else {
                text.result(report);
                text.next(call.has(KEEP) ? demo.address() : "");
            }
            if (call.has(KEEP)) {
                while (!stop.await(LOOK)) {
                    // Waits for Ctrl-C.
                }
            }
            return report.successful() ? 0 : 1;
        }
    }

    private static DemoOptions options(Call call) {
        DemoOptions standard = DemoOptions.standard();
        try {
            return new DemoOptions(
                    call.option(ROWS, Integer.class, (int) standard.rows()),
                    call.option(MONTHS, Integer.class, standard.months()),
                    call.option(CLIENTS, Integer.class, standard.clients()),
                    call.option(RATE, Integer.class, standard.operationsPerSecond()),
                    call.option(SEED, Integer.class, (int) standard.seed()),
                    call.has(ROLLBACK) ? DemoOptions.WayBack.ROLL_BACK : DemoOptions.WayBack.STAY);
        } catch (IllegalArgumentException e) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    e.getMessage() + ".",
                    "Nothing was started.",
                    "Correct the option.",
                    e);
        }
    }
}
