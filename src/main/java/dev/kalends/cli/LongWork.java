package dev.kalends.cli;

import dev.kalends.app.Kalends;
import dev.kalends.config.Config;
import dev.kalends.execute.StopSignal;
import java.util.function.BiFunction;

/// Work that takes a while: it shows how far it is, and can be interrupted.
final class LongWork {
    private LongWork() {}

    /// Runs use cases. Progress goes to stderr, so that stdout has the result alone.
    static <T> T run(Call call, Config config, BiFunction<Kalends, Progress, T> work) {
        Console console = call.console();
        StopSignal stop = new StopSignal();
        // Bars are for people; a program that asked for JSON gets lines.
        Console.Kind kind = call.json() ? Console.Kind.PIPE : console.kind();
        try (Progress progress = new Progress(console.err(), kind, console.clock());
                Interrupts _ = new Interrupts(stop, console.err())) {
            return work.apply(call.kalends(config, stop, progress), progress);
        }
    }
}
