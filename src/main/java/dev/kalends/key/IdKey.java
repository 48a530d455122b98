package dev.kalends.key;

import dev.kalends.calendar.Interval;
import dev.kalends.sql.Literal;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlPart;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Ids that begin with the time they were made, in a column of one family of types.
public record IdKey(IdFormat format, Store store) implements KeyCodec {
    /// Columns that compare in the same way.
    public enum Store {
        /// `text` and `character varying`.
        TEXT("text"),
        /// `character(n)`, whose values the server fills with blanks.
        CHARACTER("bpchar"),
        UUID("uuid");

        private final String castName;

        Store(String castName) {
            this.castName = castName;
        }
    }

    private static final Pattern VARYING = Pattern.compile("character varying\\((\\d+)\\)");
    private static final Pattern FIXED = Pattern.compile("character\\((\\d+)\\)");

    /// From character(n) this cast takes the blanks away.
    private static final String TEXT = "(CAST ({value} AS text) COLLATE pg_catalog.\"C\")";

    private static final String TIME = "CASE WHEN {wellFormed} THEN {time} END";

    public IdKey {
        if (store == Store.UUID && usualStore(format) != Store.UUID) {
            throw new IllegalArgumentException(
                    "Cannot keep %s in a column of type uuid".formatted(format.code()));
        }
    }

    /// In columns of the type that the format is mostly kept in.
    static IdKey of(IdFormat format) {
        return new IdKey(format, usualStore(format));
    }

    @Override
    public String code() {
        if (store == usualStore(format)) {
            return format.code();
        }
        return format.code() + (store == Store.TEXT ? "-text" : "-char");
    }

    @Override
    public String castName() {
        return store.castName;
    }

    @Override
    public Literal bound(LocalDateTime at, ZoneId zone) {
        return Literal.of(format.least(format.scale().firstTick(at, zone, code())));
    }

    @Override
    public LocalDateTime boundTime(String text, ZoneId zone) {
        String bound = unpadded(text);
        if (!format.isShapeOfBound(bound)) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as a bound of %s".formatted(text, code()));
        }
        return ZonedTime.local(format.instant(bound).truncatedTo(ChronoUnit.MICROS), zone);
    }

    @Override
    public LocalDateTime read(String text, ZoneId zone) {
        String id = unpadded(text);
        if (!format.isShapeOf(id)) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as %s: it is not %s"
                            .formatted(text, code(), format.words()));
        }
        Instant instant = format.instant(id);
        if (!TimeScale.isSane(instant)) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as %s: its time, %s, is not in the years 1990 to 2099"
                            .formatted(text, code(), instant));
        }
        return ZonedTime.local(instant.truncatedTo(ChronoUnit.MICROS), zone);
    }

    /// @return null if the text is no well-formed key
    @Nullable Instant instant(String text) {
        String id = unpadded(text);
        if (!format.isShapeOf(id)) {
            return null;
        }
        Instant instant = format.instant(id);
        return TimeScale.isSane(instant) ? instant : null;
    }

    @Override
    public @Nullable String problem(Interval every, ZoneId zone) {
        return ZonedTime.problem(every, zone);
    }

    @Override
    public boolean holds(String formatType) {
        return switch (store) {
            case UUID -> formatType.equals("uuid");
            case TEXT ->
                    formatType.equals("text")
                            || formatType.equals("character varying")
                            || hasRoom(VARYING.matcher(formatType));
            case CHARACTER -> formatType.equals("bpchar") || hasRoom(FIXED.matcher(formatType));
        };
    }

    @Override
    public boolean needsByteOrder() {
        return format == IdFormat.KSUID;
    }

    @Override
    public Sql time(SqlPart value) {
        return Sql.text(TIME)
                .put("wellFormed", wellFormed(value))
                .put("time", format.scale().time(format.ticks(text(value))))
                .build();
    }

    @Override
    public Sql wellFormed(SqlPart value) {
        return format.wellFormed(text(value));
    }

    private static Sql text(SqlPart value) {
        return Sql.text(TEXT).put("value", value).build();
    }

    private String unpadded(String text) {
        if (store != Store.CHARACTER) {
            return text;
        }
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }

    private boolean hasRoom(Matcher type) {
        return type.matches() && Integer.parseInt(type.group(1)) >= format.length();
    }

    private static Store usualStore(IdFormat format) {
        return format == IdFormat.UUIDV7 || format == IdFormat.UUIDV6 ? Store.UUID : Store.TEXT;
    }
}
