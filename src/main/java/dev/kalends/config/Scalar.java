package dev.kalends.config;

import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.unit.ByteSize;
import dev.kalends.unit.Durations;
import java.time.Duration;
import java.time.ZoneId;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.Tag;

/// A kind of single value.
///
/// @param expected what it is, with its article and an example, for messages
/// @param tag what YAML must take it for
/// @param reader throws IllegalArgumentException for text that is none
record Scalar<T>(String expected, Tag tag, Function<String, T> reader) {
    static final Scalar<String> URL =
            text("a URL such as postgresql://user@host:5432/database", Scalar::notBlank);
    static final Scalar<QualifiedName> TABLE =
            text("a table's name, in quotes if it looks like a number", TableNames::parse);
    static final Scalar<Identifier> COLUMN =
            text("a column's name, in quotes if it looks like a number", Identifier::of);
    static final Scalar<String> METHOD = text("range", Scalar::range);
    static final Scalar<Interval> INTERVAL =
            text("hour, day, week, month, quarter or year", Interval::parse);
    static final Scalar<ZoneId> TIME_ZONE =
            text("a time zone such as UTC or Europe/Berlin", TimeZones::parse);
    static final Scalar<PartitionNames> NAMES =
            text("a pattern such as {table}_{period}, in quotes", PartitionNames::new);
    static final Scalar<Duration> DURATION =
            text("a duration with its unit such as 200ms, 10s or 24 h", Durations::parse);
    static final Scalar<ByteSize> SIZE =
            text("a size with its unit such as 64MB or 1.5 GB", ByteSize::parse);
    static final Scalar<TimeWindow> WINDOW =
            text("a window such as 01:00-05:00, in quotes", TimeWindow::parse);
    static final Scalar<Integer> COUNT = new Scalar<>("a whole number", Tag.INT, Scalar::whole);

    private static <T> Scalar<T> text(String expected, Function<String, T> reader) {
        return new Scalar<>(expected, Tag.STR, reader);
    }

    private static String notBlank(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("must not be empty; leave it out instead");
        }
        return text.strip();
    }

    private static String range(String text) {
        if (!text.equals("range")) {
            throw new IllegalArgumentException(
                    "\"%s\" is not supported by this version; supported: range".formatted(text));
        }
        return text;
    }

    private static int whole(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as a whole number: write decimal digits, up to %d"
                            .formatted(text, Integer.MAX_VALUE),
                    e);
        }
    }
}
