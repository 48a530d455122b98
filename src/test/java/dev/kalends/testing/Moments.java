package dev.kalends.testing;

import dev.kalends.execute.ProgressEvent;
import dev.kalends.plan.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/// Does things at moments of a conversion, each once, in the conversion's own thread.
public final class Moments implements ProgressEvent.Listener {
    private final List<ProgressEvent> seen = new CopyOnWriteArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();

    private record Waiting(Predicate<ProgressEvent> moment, Runnable action) {}

    /// At the beginning of a phase before READY_TO_SWITCH.
    public Moments whenBegins(Phase phase, Runnable action) {
        return when(
                event ->
                        event instanceof ProgressEvent.Started(Phase begun, _, _, _)
                                && begun == phase,
                action);
    }

    /// When something of a phase has been done for the first time: a chunk, an index, a pass.
    public Moments whenAdvances(Phase phase, Runnable action) {
        return when(
                event -> event instanceof ProgressEvent.Advanced(Phase at, _, _, _) && at == phase,
                action);
    }

    public Moments when(Predicate<ProgressEvent> moment, Runnable action) {
        synchronized (waiting) {
            waiting.add(new Waiting(moment, action));
        }
        return this;
    }

    /// Everything told so far.
    public List<ProgressEvent> seen() {
        return List.copyOf(seen);
    }

    /// The reasons for which work paused.
    public List<String> pauses() {
        return seen.stream()
                .filter(ProgressEvent.Paused.class::isInstance)
                .map(event -> ((ProgressEvent.Paused) event).reason())
                .toList();
    }

    @Override
    public void on(ProgressEvent event) {
        seen.add(event);
        List<Waiting> due = new ArrayList<>();
        synchronized (waiting) {
            for (Waiting each : List.copyOf(waiting)) {
                if (each.moment().test(event)) {
                    due.add(each);
                    waiting.remove(each);
                }
            }
        }
        due.forEach(each -> each.action().run());
    }
}
