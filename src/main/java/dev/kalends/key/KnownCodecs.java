package dev.kalends.key;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// All formats, by name and by sight.
final class KnownCodecs {
    private static final Pattern SNOWFLAKE =
            Pattern.compile("snowflake\\((\\d{1,13}), ?(\\d{1,2})\\)");
    private static final Instant ID_SEEN_FROM = Instant.parse("2000-01-01T00:00:00Z");

    /// A serial number passes the seconds of 2001 later than those of 1990.
    private static final Instant NUMBER_SEEN_FROM = Instant.parse("2001-01-01T00:00:00Z");

    private static final List<IdKey> IDS = ids();
    private static final List<EpochKey> EPOCHS = epochs();

    /// Without Snowflakes, of which there are as many as epochs.
    private static final List<KeyCodec> ALL = all();

    private KnownCodecs() {}

    static KeyCodec of(String code) {
        for (KeyCodec each : ALL) {
            if (each.code().equals(code)) {
                return each;
            }
        }
        if (code.equals("snowflake")) {
            return SnowflakeKey.TWITTER;
        }
        Matcher snowflake = SNOWFLAKE.matcher(code);
        if (snowflake.matches()) {
            return new SnowflakeKey(
                    Long.parseLong(snowflake.group(1)), Integer.parseInt(snowflake.group(2)));
        }
        throw new IllegalArgumentException(
                "Cannot use \"%s\" as the format of a key; known: %s, snowflake(epoch in ms, low bits)"
                        .formatted(
                                code,
                                ALL.stream()
                                        .map(KeyCodec::code)
                                        .collect(Collectors.joining(", "))));
    }

    static KeyCodec of(String format, String formatType) {
        KeyCodec named = of(format);
        List<? extends KeyCodec> forms =
                switch (named) {
                    case IdKey id ->
                            IDS.stream().filter(each -> each.format() == id.format()).toList();
                    case EpochKey epoch ->
                            EPOCHS.stream().filter(each -> each.unit() == epoch.unit()).toList();
                    case KeyType type -> List.of(type);
                    case SnowflakeKey snowflake -> List.of(snowflake);
                };
        for (KeyCodec each : forms) {
            if (each.holds(formatType)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "Cannot read a column of type %s as %s".formatted(formatType, format));
    }

    static @Nullable KeyCodec guess(String formatType, List<String> sample) {
        KeyType type = KeyType.ofTypeName(formatType);
        if (type != null || sample.isEmpty()) {
            return type;
        }
        List<KeyCodec> fitting = new ArrayList<>();
        for (IdKey id : IDS) {
            if (id.holds(formatType)
                    && sample.stream().allMatch(each -> isSeen(id.instant(each), ID_SEEN_FROM))) {
                fitting.add(id);
            }
        }
        for (EpochKey epoch : EPOCHS) {
            if (epoch.holds(formatType)
                    && sample.stream()
                            .allMatch(each -> isSeen(epoch.instant(each), NUMBER_SEEN_FROM))) {
                fitting.add(epoch);
            }
        }
        return fitting.size() == 1 ? fitting.getFirst() : null;
    }

    private static boolean isSeen(@Nullable Instant instant, Instant from) {
        return instant != null && !instant.isBefore(from);
    }

    private static List<IdKey> ids() {
        List<IdKey> ids = new ArrayList<>();
        for (IdFormat format : IdFormat.values()) {
            IdKey usual = IdKey.of(format);
            ids.add(usual);
            for (IdKey.Store store : List.of(IdKey.Store.TEXT, IdKey.Store.CHARACTER)) {
                if (store != usual.store()) {
                    ids.add(new IdKey(format, store));
                }
            }
        }
        return List.copyOf(ids);
    }

    private static List<EpochKey> epochs() {
        List<EpochKey> epochs = new ArrayList<>();
        for (EpochKey.Unit unit : EpochKey.Unit.values()) {
            epochs.add(new EpochKey(unit, EpochKey.Width.BIGINT));
        }
        epochs.add(new EpochKey(EpochKey.Unit.SECONDS, EpochKey.Width.INTEGER));
        return List.copyOf(epochs);
    }

    private static List<KeyCodec> all() {
        List<KeyCodec> all = new ArrayList<>(List.of(KeyType.values()));
        all.addAll(EPOCHS);
        all.addAll(IDS);
        return List.copyOf(all);
    }
}
