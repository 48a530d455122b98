package dev.kalends.demo;

import dev.kalends.execute.ProgressEvent;
import java.time.Duration;

/// What the demonstration tells whoever watches.
public sealed interface DemoEvent {
    /// @param what is done now, as in "Loading messages"
    record Began(String what) implements DemoEvent {}

    record Advanced(String what, long done, long total) implements DemoEvent {}

    /// @param what was done, with its figures
    record Ended(String what, Duration took) implements DemoEvent {}

    /// A step of the migration itself.
    record Migrating(ProgressEvent event) implements DemoEvent {}

    /// Takes events, from several threads at once.
    @FunctionalInterface
    interface Listener {
        void on(DemoEvent event);
    }
}
