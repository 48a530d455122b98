package dev.kalends.key;

import dev.kalends.calendar.Interval;
import dev.kalends.sql.Literal;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlPart;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the values of a partition key say about time.
public sealed interface KeyCodec permits KeyType {
    String code();

    String castName();

    Literal bound(LocalDateTime at, ZoneId zone);

    LocalDateTime read(String text, ZoneId zone);

    @Nullable String problem(Interval every, ZoneId zone);

    boolean holds(String formatType);

    Sql time(SqlPart value);

    Sql wellFormed(SqlPart value);

    static KeyCodec of(String code) {
        return KeyType.valueOf(code.toUpperCase(java.util.Locale.ROOT));
    }

    static @Nullable KeyCodec guess(String formatType, List<String> sample) {
        return KeyType.ofTypeName(formatType);
    }
}
