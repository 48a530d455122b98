package dev.kalends.key;

import dev.kalends.calendar.Interval;
import dev.kalends.sql.Literal;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlPart;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the values of a partition key say about time: dates and timestamps, numbers that count from
/// an epoch, and ids that begin with the time they were made.
///
/// A key that is [#wellFormed] lies in the window whose bounds hold it: what [#read] tells is not
/// before `at` exactly if the key is not before `bound(at)`. Of text that is true under byte order;
/// see [#needsByteOrder].
public sealed interface KeyCodec permits KeyType, EpochKey, IdKey, SnowflakeKey {
    /// Stable text for the journal, from which [#of(String)] makes an equal codec: `timestamp`,
    /// `epoch-ms`, `cuid`, `snowflake(1288834974657, 22)`. A column type that is not the format's
    /// usual one is named at the end: `uuidv7-text`, `ulid-char`, `epoch-s-integer`.
    String code();

    /// The type that bounds are cast to: `timestamp`, `bigint`, `text`, `uuid`. It compares with
    /// the column by an operator of the column's own index.
    String castName();

    /// The least key of this format that is not before `at`: the lower bound of one partition and
    /// the upper bound of the one before. Of most text ids it is a beginning, shorter than an id.
    /// For a time before the format's first it is the bound of its first.
    ///
    /// @param at for what `zone` matters to, local time there
    /// @param zone used by all but DATE and TIMESTAMP
    /// @throws IllegalArgumentException if the column or the format cannot hold such a time
    Literal bound(LocalDateTime at, ZoneId zone);

    /// The time at which a bound lies: the inverse of [#bound], also where that is a beginning,
    /// shorter than a key.
    ///
    /// @param text as the server prints it, without quotes
    /// @param zone as for [#bound]
    /// @throws IllegalArgumentException if the text is no bound of this format
    LocalDateTime boundTime(String text, ZoneId zone);

    /// Reads a well-formed key as the server prints it.
    ///
    /// @param zone in whose local time the result is; used by all but DATE and TIMESTAMP
    /// @return in whole microseconds, or in the format's unit where that is longer
    /// @throws IllegalArgumentException if the text is no well-formed key
    LocalDateTime read(String text, ZoneId zone);

    /// Why partitions of this interval cannot be cut in this zone's local time.
    ///
    /// @return null if they can
    @Nullable String problem(Interval every, ZoneId zone);

    /// @param formatType what `format_type` prints, such as `character varying(30)`; a domain is
    ///   another type
    /// @return whether a column of this type holds such keys, and `castName` is right for it
    boolean holds(String formatType);

    /// Whether only byte order (a column with collation `C` or its like) puts these keys in the
    /// order of time, because they mix capital and small letters. Other text keys are in the same
    /// order under most collations, but not under all.
    boolean needsByteOrder();

    /// An immutable SQL expression of type `timestamp`: the time of one key in UTC (what a date or
    /// a timestamp without time zone says is taken as it stands). NULL where the key is not well
    /// formed, or for a date after the last timestamp.
    ///
    /// @param value an expression of the column's type; it occurs several times
    Sql time(SqlPart value);

    /// An immutable SQL expression of type `boolean`, never NULL, that raises no error: whether the
    /// key has this format and, where it is an id or counts from an epoch, whether its time is in
    /// the years 1990 to 2099 in UTC. Of dates and timestamps, whether they are finite.
    ///
    /// @param value an expression of the column's type; it occurs several times
    Sql wellFormed(SqlPart value);

    /// The inverse of [#code]. `snowflake` alone is Twitter's.
    ///
    /// @throws IllegalArgumentException listing the known formats
    static KeyCodec of(String code) {
        return KnownCodecs.of(code);
    }

    /// The format that a user names, in the form that a column of this type has it: `uuidv7` in a
    /// column of type text is `uuidv7-text`.
    ///
    /// @param formatType what `format_type` prints
    /// @throws IllegalArgumentException if the format is unknown, or no such column holds it
    static KeyCodec of(String format, String formatType) {
        return KnownCodecs.of(format, formatType);
    }

    /// The one format that all sampled keys have, with times in the years 2000 to 2099; for numbers
    /// 2001 to 2099, as counted in exactly one unit. Never a Snowflake: its epoch cannot be seen.
    ///
    /// @param formatType what `format_type` prints
    /// @param sample keys as the server prints them
    /// @return null if no format fits, or more than one, or the sample of an id is empty
    static @Nullable KeyCodec guess(String formatType, List<String> sample) {
        return KnownCodecs.guess(formatType, sample);
    }
}
