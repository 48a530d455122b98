package dev.kalends.pg.catalog;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.KeyFacts;
import dev.kalends.catalog.TableFacts;
import dev.kalends.key.KeyCodec;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the values of a partition key from the rows themselves: by an index on the key where that
/// is enough, otherwise by reading the table once.
public final class KeyReader {
    private final Session session;

    public KeyReader(Session session) {
        this.session = session;
    }

    private static final String SAMPLE =
            "SELECT {key}::text FROM ONLY {table} WHERE {key} IS NOT NULL LIMIT 200";

    /// The format that the column's type and some of its values show; null if none.
    public @Nullable KeyCodec format(TableFacts table, Column key) {
        List<String> sample =
                session.query(
                        Sql.text(SAMPLE).put("key", key.name()).put("table", table.name()).build(),
                        row -> row.text(1));
        return KeyCodec.guess(key.type(), sample);
    }

    private static final String RANGE =
            """
            SELECT min({key})::text, max({key})::text,
                   (SELECT s.correlation FROM pg_stats s
                     WHERE s.schemaname = {schemaText} AND s.tablename = {tableText} AND s.attname = {keyText})
              FROM ONLY {table}
            """;

    /// Least and greatest of a key that is a time or a number. NULLs are counted only where the
    /// column allows them, infinite keys only where the least or the greatest is one.
    public KeyFacts range(TableFacts table, Column key) {
        KeyFacts range =
                session.one(
                        Sql.text(RANGE)
                                .put("key", key.name())
                                .put("table", table.name())
                                .put("schemaText", Literal.of(table.name().schema().value()))
                                .put("tableText", Literal.of(table.name().name().value()))
                                .put("keyText", Literal.of(key.name().value()))
                                .build(),
                        row ->
                                new KeyFacts(
                                        row.textOrNull(1),
                                        row.textOrNull(2),
                                        0,
                                        0,
                                        row.decimalOrNull(3)));
        boolean infinite = "-infinity".equals(range.least()) || "infinity".equals(range.greatest());
        long nulls = key.nullability() == Column.Nullability.NOT_NULL ? 0 : nulls(table, key);
        return new KeyFacts(
                range.least(),
                range.greatest(),
                nulls,
                infinite ? infinite(table, key) : 0,
                range.correlation());
    }

    private static final String NULLS = "SELECT count(*) FROM ONLY {table} WHERE {key} IS NULL";
    private static final String INFINITE =
            "SELECT count(*) FROM ONLY {table} WHERE {key} IN ('infinity', '-infinity')";

    private long nulls(TableFacts table, Column key) {
        return session.one(
                Sql.text(NULLS).put("table", table.name()).put("key", key.name()).build(),
                row -> row.number(1));
    }

    private long infinite(TableFacts table, Column key) {
        return session.one(
                Sql.text(INFINITE).put("table", table.name()).put("key", key.name()).build(),
                row -> row.number(1));
    }

    private static final String DECODED =
            """
            SELECT min(x.time)::text, max(x.time)::text, count(*) FILTER (WHERE x.key IS NULL),
                   count(*) FILTER (WHERE x.key IS NOT NULL AND NOT x.fits),
                   (array_agg(left(x.key::text, 60)) FILTER (WHERE NOT x.fits))[1:5],
                   ceil(max(abs(extract(epoch FROM x.time - x.other))) * 1000)::bigint
              FROM (SELECT k.key, k.fits, CASE WHEN k.fits THEN {time} END AS time, k.other
                      FROM (SELECT s.{key} AS key, {fits} AS fits, {other}::timestamp AS other
                              FROM ONLY {table} s OFFSET 0) k) x
            """;

    /// Decodes every key: an id, or a number that holds the time.
    ///
    /// @param other a timestamp column to compare with; null for none
    public KeyFacts decoded(
            TableFacts table, Column key, KeyCodec codec, @Nullable Identifier other) {
        Identifier source = Identifier.of("s");
        SqlPart value = new QualifiedName(source, key.name());
        SqlPart inner = new QualifiedName(Identifier.of("k"), Identifier.of("key"));
        Sql sql =
                Sql.text(DECODED)
                        .put("key", key.name())
                        .put("fits", codec.wellFormed(value))
                        .put("time", codec.time(inner))
                        .put(
                                "other",
                                other == null
                                        ? ServerText.of("NULL")
                                        : new QualifiedName(source, other))
                        .put("table", table.name())
                        .build();
        return session.one(
                sql,
                row ->
                        new KeyFacts(
                                codec.code(),
                                row.textOrNull(1),
                                row.textOrNull(2),
                                row.number(3),
                                0,
                                null,
                                row.number(4),
                                row.texts(5),
                                0,
                                other == null ? null : other.value(),
                                row.numberOrNull(6)));
    }

    private static final String MISPLACED =
            """
            SELECT count(*) FROM ONLY {table} s
             WHERE {fits} AND width_bucket(s.{key}, ARRAY[{bounds}]::{type}[])
                <> width_bucket({time}, ARRAY[{times}]::timestamp[])
            """;

    /// How many rows the key's own order puts between other bounds than the time the key holds.
    ///
    /// @param bounds as keys, ascending
    /// @param times the same bounds as timestamps in UTC
    public long misplaced(
            TableFacts table,
            Column key,
            KeyCodec codec,
            List<? extends SqlPart> bounds,
            List<Literal> times) {
        SqlPart value = new QualifiedName(Identifier.of("s"), key.name());
        return session.one(
                Sql.text(MISPLACED)
                        .put("table", table.name())
                        .put("fits", codec.wellFormed(value))
                        .put("key", key.name())
                        .put("bounds", SqlList.of(bounds))
                        .put("type", ServerText.of(codec.castName()))
                        .put("time", codec.time(value))
                        .put("times", SqlList.of(times))
                        .build(),
                row -> row.number(1));
    }

    private static final String UNLISTED =
            """
            SELECT count(*), (array_agg(DISTINCT left(s.{key}::text, 60)))[1:5]
              FROM ONLY {table} s WHERE s.{key} IS NULL OR s.{key} NOT IN ({values})
            """;

    /// Rows whose key is in none of the lists.
    public KeyFacts unlisted(TableFacts table, Column key, List<String> values) {
        return session.one(
                Sql.text(UNLISTED)
                        .put("table", table.name())
                        .put("key", key.name())
                        .put("values", SqlList.of(values.stream().map(Literal::of).toList()))
                        .build(),
                row ->
                        new KeyFacts(
                                null,
                                null,
                                null,
                                0,
                                0,
                                null,
                                row.number(1),
                                row.texts(2),
                                0,
                                null,
                                null));
    }
}
