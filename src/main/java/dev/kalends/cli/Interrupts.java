package dev.kalends.cli;

import dev.kalends.execute.StopSignal;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// While it is open, Ctrl-C and SIGTERM ask the work to stop at its next safe point; a second one
/// ends the process at once, which loses nothing either.
///
/// A shutdown hook would not do: during a shutdown the JVM ignores further signals. The class that
/// handles them is not part of the Java API, hence the reflection; where it is missing, a signal
/// ends the process at once.
final class Interrupts implements AutoCloseable {
    private static final int EXIT_CODE = 130;

    private final StopSignal stop;
    private final Consumer<String> told;
    private final Map<String, Object> before = new LinkedHashMap<>();

    Interrupts(StopSignal stop, PrintStream err) {
        this(stop, text -> err.printf("%n%s%n", text));
    }

    /// @param told hears that a signal has come
    Interrupts(StopSignal stop, Consumer<String> told) {
        this.stop = stop;
        this.told = told;
        for (String name : List.of("INT", "TERM")) {
            handle(name, null);
        }
    }

    private void received(String name) {
        if (stop.requested()) {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
        stop.request();
        told.accept(
                "SIG%s: stopping at the next safe point. Once more ends it at once, and loses nothing either."
                        .formatted(name));
    }

    /// @param handler null for this one
    private void handle(String name, @Nullable Object handler) {
        try {
            Class<?> signals = Class.forName("sun.misc.Signal");
            Class<?> handlers = Class.forName("sun.misc.SignalHandler");
            Object own =
                    Proxy.newProxyInstance(
                            handlers.getClassLoader(),
                            new Class<?>[] {handlers},
                            (_, _, _) -> {
                                received(name);
                                return null;
                            });
            Object previous =
                    signals.getMethod("handle", signals, handlers)
                            .invoke(
                                    null,
                                    signals.getConstructor(String.class).newInstance(name),
                                    handler == null ? own : handler);
            if (handler == null && previous != null) {
                before.put(name, previous);
            }
        } catch (ReflectiveOperationException e) {
            before.remove(name);
        }
    }

    @Override
    public void close() {
        Map.copyOf(before).forEach(this::handle);
    }
}
