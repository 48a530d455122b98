package dev.kalends.config;

import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.key.KeyCodec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.unit.ByteSize;
import dev.kalends.unit.Durations;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.Tag;

/// A kind of single value.
///
/// @param expected what it is, with its article and an example, for messages
/// @param tags what YAML may take it for
/// @param words the only values there are, as the reference writes them; empty if there are others
/// @param reader throws IllegalArgumentException for text that is none
record Scalar<T>(String expected, List<Tag> tags, List<String> words, Function<String, T> reader) {
    static final Scalar<String> URL =
            text("a URL such as postgresql://user@host:5432/database", Scalar::notBlank);
    static final Scalar<QualifiedName> TABLE =
            text("a table's name, in quotes if it looks like a number", TableNames::parse);
    static final Scalar<Identifier> COLUMN =
            text("a column's name, in quotes if it looks like a number", Identifier::of);
    static final Scalar<IcebergName> ICEBERG = text("NAMESPACE.TABLE", IcebergName::parse);
    static final Scalar<String> METHOD = words(List.of("range", "hash", "list"));
    static final Scalar<String> SECOND_METHOD = words(List.of("hash", "list"));
    static final Scalar<String> FORMAT =
            text("a format such as cuid, ulid, uuidv7 or epoch-ms", Scalar::format);
    static final Scalar<PartitionConfig.Collation> COLLATION =
            new Scalar<>(
                    "keep or C",
                    List.of(Tag.STR),
                    List.of("keep", "C"),
                    text -> choice(PartitionConfig.Collation.class, text));
    static final Scalar<ContractConfig.Unique> UNIQUE = choices(ContractConfig.Unique.class);
    static final Scalar<ContractConfig.References> REFERENCES =
            choices(ContractConfig.References.class);
    static final Scalar<ContractConfig.Keyless> KEYLESS = choices(ContractConfig.Keyless.class);
    static final Scalar<Acknowledgement> ACKNOWLEDGEMENT = choices(Acknowledgement.class);
    static final Scalar<ArchiveConfig.Compression> COMPRESSION =
            choices(ArchiveConfig.Compression.class);
    static final Scalar<PartitionConfig.Strays> STRAYS =
            truth(PartitionConfig.Strays.DEFAULT_PARTITION, PartitionConfig.Strays.REFUSED);
    static final Scalar<LifecycleConfig.Ending> ENDING =
            truth(LifecycleConfig.Ending.DROPPED, LifecycleConfig.Ending.ARCHIVED);
    static final Scalar<LifecycleConfig.Ending> KEEP =
            new Scalar<>(
                    "detached",
                    List.of(Tag.STR),
                    List.of("detached"),
                    text -> {
                        word(text, List.of("detached"));
                        return LifecycleConfig.Ending.DETACHED;
                    });
    static final Scalar<LifecycleConfig.Referrers> REFERRERS =
            choices(LifecycleConfig.Referrers.class);
    static final Scalar<S3Config.Addressing> ADDRESSING =
            truth(S3Config.Addressing.PATH, S3Config.Addressing.HOST);
    static final Scalar<S3Config.ServerSideEncryption> SERVER_SIDE_ENCRYPTION =
            new Scalar<>(
                    "AES256 or aws:kms",
                    List.of(Tag.STR),
                    List.of("AES256", "aws:kms"),
                    Scalar::serverSideEncryption);
    static final Scalar<String> STORAGE_CLASS =
            text("a storage class such as STANDARD_IA", Scalar::storageClass);
    static final Scalar<Age> AGE = text("an age such as 24 months, 4 weeks or 90 days", Age::parse);
    static final Scalar<String> SQL = text("SQL as text", Scalar::notBlank);
    static final Scalar<String> WORD = text("text", Scalar::notBlank);
    static final Scalar<String> SECRET =
            text("text, best as ${env:NAME} or ${file:path}", Scalar::notBlank);
    static final Scalar<String> PASSWORD =
            text(
                    "a password of ASCII characters, best as ${env:NAME} or ${file:path}",
                    Scalar::ascii);
    static final Scalar<ViewConfig.Place> PLACE =
            text("an address such as 127.0.0.1:5433", ViewConfig.Place::parse);
    static final Scalar<String> STORE =
            text("a store such as file:archive or s3://bucket/prefix", Scalar::store);
    static final Scalar<String> ENDPOINT =
            text("a URL such as https://objects.example.com", Scalar::endpoint);
    static final Scalar<String> CURRENCY = text("a currency's code such as USD", Scalar::currency);
    static final Scalar<String> PLAIN =
            new Scalar<>(
                    "text or a number",
                    List.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL),
                    List.of(),
                    value -> value);
    static final Scalar<BigDecimal> PRICE =
            new Scalar<>(
                    "a number such as 0.30",
                    List.of(Tag.FLOAT, Tag.INT),
                    List.of(),
                    Scalar::decimal);
    static final Scalar<String> VALUE = text("text, in quotes if it looks like a number", v -> v);
    static final Scalar<Long> SIZE_IN_NUMBERS = number(Scalar::wholeLong);
    static final Scalar<Interval> INTERVAL =
            new Scalar<>(
                    "hour, day, week, month, quarter or year",
                    List.of(Tag.STR),
                    Arrays.stream(Interval.values()).map(Interval::word).toList(),
                    Interval::parse);
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
    static final Scalar<Cron> CRON =
            text("a time of cron such as \"*/10 * * * *\", in quotes", Cron::parse);
    static final Scalar<Integer> COUNT = number(Scalar::whole);

    private static <T> Scalar<T> text(String expected, Function<String, T> reader) {
        return new Scalar<>(expected, List.of(Tag.STR), List.of(), reader);
    }

    private static <T> Scalar<T> number(Function<String, T> reader) {
        return new Scalar<>("a whole number", List.of(Tag.INT), List.of(), reader);
    }

    private static <T> Scalar<T> truth(T yes, T no) {
        return new Scalar<>(
                "true or false",
                List.of(Tag.BOOL),
                List.of(),
                text ->
                        word(text.toLowerCase(Locale.ROOT), List.of("true", "false")).equals("true")
                                ? yes
                                : no);
    }

    private static Scalar<String> words(List<String> known) {
        return new Scalar<>(or(known), List.of(Tag.STR), known, text -> word(text, known));
    }

    private static <E extends Enum<E>> Scalar<E> choices(Class<E> type) {
        List<String> words =
                Arrays.stream(type.getEnumConstants()).map(each -> camel(each.name())).toList();
        return new Scalar<>(or(words), List.of(Tag.STR), words, text -> choice(type, text));
    }

    /// "a, b or c"
    private static String or(List<String> words) {
        return words.size() == 1
                ? words.getFirst()
                : String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
    }

    private static String notBlank(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("must not be empty; leave it out instead");
        }
        return text.strip();
    }

    private static String ascii(String text) {
        if (!text.matches("[!-~]{8,128}")) {
            throw new IllegalArgumentException("must have 8 to 128 ASCII characters and no blanks");
        }
        return text;
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

    private static String store(String text) {
        String store = text.strip();
        boolean known =
                (store.startsWith("file:") && store.length() > "file:".length())
                        || store.matches("s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?");
        if (!known) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as a store: write file:folder or s3://bucket/prefix"
                            .formatted(text));
        }
        return store;
    }

    private static String endpoint(String text) {
        if (!text.strip().matches("https?://[^\\s/@]+/?")) {
            throw new IllegalArgumentException(
                    "must be a URL such as https://objects.example.com, without a path or a password");
        }
        return text.strip();
    }

    private static S3Config.ServerSideEncryption serverSideEncryption(String text) {
        List<String> known = new ArrayList<>();
        for (S3Config.ServerSideEncryption each : S3Config.ServerSideEncryption.values()) {
            if (each.word().equalsIgnoreCase(text)) {
                return each;
            }
            known.add(each.word());
        }
        throw new IllegalArgumentException(
                "\"%s\" is not one of: %s".formatted(text, String.join(", ", known)));
    }

    private static String storageClass(String text) {
        String word = text.strip();
        if (!word.matches("[A-Z][A-Z0-9_]{0,63}")) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as a storage class: write one such as STANDARD_IA or GLACIER_IR"
                            .formatted(text));
        }
        if (List.of("GLACIER", "DEEP_ARCHIVE").contains(word)) {
            throw new IllegalArgumentException(
                    "%s cannot be read at once, and every export is read back before anything is dropped: write GLACIER_IR, or move objects by a lifecycle rule of the bucket later"
                            .formatted(word));
        }
        return word;
    }

    private static String currency(String text) {
        if (!text.matches("[A-Z]{3}")) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as a currency: write its three letters, as in USD or EUR"
                            .formatted(text));
        }
        return text;
    }

    private static BigDecimal decimal(String text) {
        try {
            return new BigDecimal(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as a price: write a number such as 0.30".formatted(text),
                    e);
        }
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
