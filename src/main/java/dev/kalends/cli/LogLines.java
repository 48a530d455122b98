package dev.kalends.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.json.JsonMapper;

/// One event of the log as one line. A failure is told by its messages, without a stack trace: the
/// same failure may come again every few seconds while the server is away.
final class LogLines extends LayoutBase<ILoggingEvent> {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int CAUSES_MAX = 5;

    private final Output output;
    private final String node;

    /// @param output text for people, JSON for what collects logs
    LogLines(Output output, String node) {
        this.output = output;
        this.node = node;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        String line =
                switch (output) {
                    case TEXT, TABLE, CSV, PARQUET -> text(event);
                    case JSON -> JSON.writeValueAsString(fields(event));
                };
        return line + "\n";
    }

    private static String text(ILoggingEvent event) {
        String place =
                pairs(event).stream().map(pair -> pair.value + " ").collect(Collectors.joining());
        String failure = failure(event.getThrowableProxy());
        String line =
                "%s %-5s %s%s%s"
                        .formatted(
                                at(event),
                                event.getLevel(),
                                place.isEmpty() ? "" : place.stripTrailing() + ": ",
                                event.getFormattedMessage(),
                                failure.isEmpty() ? "" : ": " + failure);
        return line.lines().collect(Collectors.joining(" "));
    }

    private Map<String, Object> fields(ILoggingEvent event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("at", at(event).toString());
        fields.put("level", event.getLevel().toString());
        fields.put("node", node);
        for (KeyValuePair pair : pairs(event)) {
            fields.put(pair.key, pair.value);
        }
        fields.put("message", event.getFormattedMessage());
        String failure = failure(event.getThrowableProxy());
        if (!failure.isEmpty()) {
            fields.put("failure", failure);
        }
        return fields;
    }

    private static Instant at(ILoggingEvent event) {
        return event.getInstant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static List<KeyValuePair> pairs(ILoggingEvent event) {
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        return pairs == null ? List.of() : pairs;
    }

    private static String failure(@Nullable IThrowableProxy failure) {
        StringBuilder text = new StringBuilder();
        IThrowableProxy cause = failure;
        for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
            String message = cause.getMessage();
            String told = message == null ? cause.getClassName() : message;
            // A wrapper often repeats what it wraps.
            if (text.indexOf(told) < 0) {
                text.append(text.isEmpty() ? "" : "; because: ").append(told);
            }
            cause = cause.getCause();
        }
        return text.toString();
    }
}
