package dev.kalends.app;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.KeyFacts;
import dev.kalends.catalog.TableFacts;
import dev.kalends.config.PartitionConfig;
import dev.kalends.key.KeyCodec;
import dev.kalends.key.KeyType;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.KeyReader;
import dev.kalends.sql.Identifier;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads what planning has to know of a partition key's values.
final class KeyFactsReader {
    /// Columns that usually say when a row was made, to compare an id's time with.
    private static final List<Identifier> USUAL =
            List.of(
                    Identifier.of("createdAt"),
                    Identifier.of("created_at"),
                    Identifier.of("inserted_at"),
                    Identifier.of("timestamp"));

    private KeyFactsReader() {}

    /// A role that may not read the table gets facts of an empty one, and then the list of missing
    /// rights, not the server's refusal.
    static KeyFacts read(Session session, TableFacts table, PartitionConfig wish) {
        Column key = table.column(wish.key());
        if (key == null) {
            return KeyFacts.NONE;
        }
        try {
            return read(new KeyReader(session), table, key, wish);
        } catch (PgException e) {
            if (e.is("42501")) {
                return KeyFacts.NONE;
            }
            throw e;
        }
    }

    private static KeyFacts read(
            KeyReader reader, TableFacts table, Column key, PartitionConfig wish) {
        return switch (wish) {
            case PartitionConfig.ByTime times -> times(reader, table, key, times);
            case PartitionConfig.ByNumber _ ->
                    key.type().matches("smallint|integer|bigint")
                            ? reader.range(table, key)
                            : KeyFacts.NONE;
            case PartitionConfig.ByHash _ -> KeyFacts.NONE;
            case PartitionConfig.ByList list ->
                    reader.unlisted(
                            table,
                            key,
                            list.groups().stream()
                                    .flatMap(group -> group.values().stream())
                                    .toList());
        };
    }

    private static KeyFacts times(
            KeyReader reader, TableFacts table, Column key, PartitionConfig.ByTime wish) {
        KeyCodec codec = codec(reader, table, key, wish.format());
        if (codec == null) {
            return KeyFacts.NONE;
        }
        if (codec instanceof KeyType) {
            return reader.range(table, key).withFormat(codec.code());
        }
        return reader.decoded(table, key, codec, comparable(table, wish));
    }

    private static @Nullable KeyCodec codec(
            KeyReader reader, TableFacts table, Column key, @Nullable String format) {
        if (format == null) {
            KeyType type = KeyType.ofTypeName(key.type());
            return type == null ? reader.format(table, key) : type;
        }
        try {
            return KeyCodec.of(format, key.type());
        } catch (IllegalArgumentException e) {
            // The planner refuses it, with the reason.
            return null;
        }
    }

    private static @Nullable Identifier comparable(TableFacts table, PartitionConfig.ByTime wish) {
        if (wish.timeCheck() != null) {
            return wish.timeCheck().column();
        }
        return USUAL.stream()
                .filter(name -> {
                    Column column = table.column(name);
                    return column != null
                            && KeyType.ofTypeName(Objects.requireNonNull(column).type()) != null;
                })
                .findFirst()
                .orElse(null);
    }
}
