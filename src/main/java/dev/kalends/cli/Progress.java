package dev.kalends.cli;

import dev.kalends.execute.ProgressEvent;
import dev.kalends.plan.Phase;
import dev.kalends.unit.Durations;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Shows how far the work is: a bar on a terminal, lines now and then elsewhere.
final class Progress implements ProgressEvent.Listener, AutoCloseable {
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
    private static final Duration BETWEEN_DRAWINGS = Duration.ofMillis(100);
    private static final int BAR_CELLS = 30;
    private static final String ERASE_LINE = "\r\033[K";

    private final PrintStream out;
    private final Console.Kind kind;
    private final Clock clock;
    private final SequencedMap<Phase, Duration> took = new LinkedHashMap<>();
    private ProgressEvent.@Nullable Advanced first;
    private Instant firstAt = Instant.EPOCH;
    private Instant shownAt = Instant.EPOCH;
    private boolean drawn;
    private long rowsValidated;

    Progress(PrintStream out, Console.Kind kind, Clock clock) {
        this.out = out;
        this.kind = kind;
        this.clock = clock;
    }

    /// How long each phase took in this run, in order.
    synchronized SequencedMap<Phase, Duration> took() {
        return new LinkedHashMap<>(took);
    }

    /// Rows the last validation of this run compared; 0 if there was none.
    synchronized long rowsValidated() {
        return rowsValidated;
    }

    @Override
    public synchronized void on(ProgressEvent event) {
        switch (event) {
            case ProgressEvent.Started begin -> {
                first = null;
                shownAt = Instant.EPOCH;
                say(begin.what() + total(begin));
            }
            case ProgressEvent.Advanced advanced -> advance(advanced);
            case ProgressEvent.Ended end -> {
                took.merge(end.phase(), end.took(), Duration::plus);
                say("%s: done in %s".formatted(name(end.phase()), Durations.display(end.took())));
            }
            case ProgressEvent.Paused(String reason) -> say("waiting: " + reason);
            case ProgressEvent.Resumed(Duration waited) ->
                    say("going on after " + Durations.display(waited));
            case ProgressEvent.Note(String text) -> say(text);
            case ProgressEvent.Tried(int attempt, String outcome, Duration held) ->
                    say("try %d to lock: %s, %d ms".formatted(attempt, outcome, held.toMillis()));
        }
    }

    private static String total(ProgressEvent.Started begin) {
        return begin.total() == 0
                ? ""
                : ": %s %s"
                        .formatted(
                                Screen.count(begin.total()),
                                begin.unit().name().toLowerCase(Locale.ROOT));
    }

    static String name(Phase phase) {
        return switch (phase) {
            case PREPARED -> "preparing";
            case COPYING -> "copying";
            case INDEXING -> "indexing";
            case CATCHING_UP -> "catching up";
            case VALIDATING -> "validating";
            case READY_TO_SWITCH, SWITCHED, COMPLETED, ROLLED_BACK -> "switching";
        };
    }

    private void advance(ProgressEvent.Advanced event) {
        Instant now = clock.instant();
        ProgressEvent.Advanced begin = first;
        if (begin == null || begin.phase() != event.phase()) {
            first = event;
            begin = event;
            firstAt = now;
        }
        if (event.phase() == Phase.VALIDATING) {
            rowsValidated = event.rows();
        }
        Duration between = kind == Console.Kind.TERMINAL ? BETWEEN_DRAWINGS : BETWEEN_LINES;
        boolean complete = event.total() > 0 && event.done() >= event.total();
        if (!complete && shownAt.plus(between).isAfter(now)) {
            return;
        }
        shownAt = now;
        String text = figures(event, begin, Duration.between(firstAt, now));
        if (kind == Console.Kind.TERMINAL) {
            out.print(
                    "%s  %-11s %s %s".formatted(ERASE_LINE, name(event.phase()), bar(event), text));
            out.flush();
            drawn = true;
        } else {
            out.println(name(event.phase()) + ": " + text);
        }
    }

    private static String bar(ProgressEvent.Advanced event) {
        if (event.total() == 0) {
            return "";
        }
        int full = (int) (BAR_CELLS * Math.min(event.done(), event.total()) / event.total());
        return "█".repeat(full) + "░".repeat(BAR_CELLS - full);
    }

    private String figures(
            ProgressEvent.Advanced event, ProgressEvent.Advanced begin, Duration since) {
        StringBuilder text = new StringBuilder();
        if (event.total() == 0) {
            text.append(Screen.count(event.done())).append(" captured writes replayed");
            return text.toString();
        }
        text.append("%d %%".formatted(100 * event.done() / event.total()));
        if (event.rows() > 0) {
            text.append(", %s rows".formatted(Screen.count(event.rows())));
        }
        double seconds = since.toMillis() / 1000.0;
        long parts = event.done() - begin.done();
        if (seconds >= 1 && parts > 0) {
            if (event.rows() > begin.rows()) {
                long perSecond = (long) ((event.rows() - begin.rows()) / seconds);
                text.append(", %s rows/s".formatted(Screen.count(perSecond)));
            }
            long left = (long) (seconds / parts * (event.total() - event.done()));
            if (left > 0) {
                text.append(
                        ", about %s left".formatted(Durations.display(Duration.ofSeconds(left))));
            }
        }
        return text.toString();
    }

    private void say(String line) {
        if (drawn) {
            out.print(ERASE_LINE);
            drawn = false;
        }
        out.println(kind == Console.Kind.TERMINAL ? "  " + line : line);
    }

    @Override
    public synchronized void close() {
        if (drawn) {
            out.println();
            drawn = false;
        }
    }
}
