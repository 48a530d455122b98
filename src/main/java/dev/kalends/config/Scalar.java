package dev.kalends.config;

import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.key.KeyCodec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.unit.ByteSize;
import dev.kalends.unit.Durations;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
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
    static final Scalar<String> METHOD =
            text("range, hash or list", text -> word(text, List.of("range", "hash", "list")));
    static final Scalar<String> SECOND_METHOD =
            text("hash or list", text -> word(text, List.of("hash", "list")));
    static final Scalar<String> FORMAT =
            text("a format such as cuid, ulid, uuidv7 or epoch-ms", Scalar::format);
    static final Scalar<PartitionConfig.Collation> COLLATION =
            text("keep or C", text -> choice(PartitionConfig.Collation.class, text));
    static final Scalar<ContractConfig.Unique> UNIQUE =
            text("composite, guard or drop", text -> choice(ContractConfig.Unique.class, text));
    static final Scalar<ContractConfig.References> REFERENCES =
            text(
                    "guard, carry, drop or paired",
                    text -> choice(ContractConfig.References.class, text));
    static final Scalar<ContractConfig.Keyless> KEYLESS =
            text("refused or insertsOnly", text -> choice(ContractConfig.Keyless.class, text));
    static final Scalar<PartitionConfig.Strays> STRAYS =
            new Scalar<>(
                    "true or false",
                    Tag.BOOL,
                    text ->
                            Boolean.parseBoolean(text)
                                    ? PartitionConfig.Strays.DEFAULT_PARTITION
                                    : PartitionConfig.Strays.REFUSED);
    static final Scalar<String> VALUE = text("text, in quotes if it looks like a number", v -> v);
    static final Scalar<Long> SIZE_IN_NUMBERS =
            new Scalar<>("a whole number", Tag.INT, Scalar::wholeLong);
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

    private static String word(String text, List<String> known) {
        if (!known.contains(text)) {
            throw new IllegalArgumentException(
                    "\"%s\" is not one of: %s".formatted(text, String.join(", ", known)));
        }
        return text;
    }

    /// `insertsOnly` for `INSERTS_ONLY`, in any case.
    private static <E extends Enum<E>> E choice(Class<E> type, String text) {
        String wanted = text.replace("_", "");
        for (E each : type.getEnumConstants()) {
            if (each.name().replace("_", "").equalsIgnoreCase(wanted)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "\"%s\" is not one of: %s"
                        .formatted(
                                text,
                                Arrays.stream(type.getEnumConstants())
                                        .map(each -> camel(each.name()))
                                        .collect(Collectors.joining(", "))));
    }

    private static String camel(String name) {
        StringBuilder camel = new StringBuilder();
        for (String part : name.toLowerCase(Locale.ROOT).split("_", -1)) {
            camel.append(
                    camel.isEmpty()
                            ? part
                            : part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1));
        }
        return camel.toString();
    }

    private static String format(String text) {
        return KeyCodec.of(text).code();
    }

    private static long wholeLong(String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as a whole number: write decimal digits".formatted(text),
                    e);
        }
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
