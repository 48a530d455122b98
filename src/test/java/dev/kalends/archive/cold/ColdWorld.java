package dev.kalends.archive.cold;

import dev.kalends.archive.StoreArchive;
import dev.kalends.archive.seal.KeyRing;
import dev.kalends.config.ArchiveConfig;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.store.ObjectStore;
import dev.kalends.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tables of one database, some partitions of which are archived. The rows stay in the database, so
/// that PostgreSQL can be asked the same.
final class ColdWorld {
    static final QualifiedName MESSAGE = QualifiedName.of("public", "Message");
    static final ColdLimits LIMITS = new ColdLimits(512L << 20, 1L << 30, Duration.ofMinutes(2));

    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2027-01-01T00:00:00Z"), ZoneOffset.UTC);

    private final TestDatabase database;
    private final CountingStore store;
    private final StoreArchive archive;
    private final List<ColdPartition> partitions = new ArrayList<>();

    ColdWorld(TestDatabase database, ObjectStore store, ArchiveConfig config) {
        this.database = database;
        this.store = new CountingStore(store);
        this.archive =
                new StoreArchive(
                        this.store,
                        KeyRing.of(config),
                        StoreArchive.Settings.of(ArchiveConfig.Compression.ZSTD, "test", CLOCK));
    }

    CountingStore store() {
        return store;
    }

    List<ColdPartition> partitions() {
        return partitions;
    }

    ColdArchive cold() {
        return cold(() -> false);
    }

    ColdArchive cold(java.util.function.BooleanSupplier stop) {
        return new ColdArchive(
                archive, partitions, List.of(QualifiedName.of("public", "unarchived")), stop);
    }

    /// Archives one partition, or a table as if it were one.
    void archive(QualifiedName table, String partition, String key) {
        QualifiedName leaf = QualifiedName.of(table.schema().value(), partition);
        try (Session session = Session.open(Target.parse(database.uri(), ""), "test")) {
            PartitionArchive.Copy copy =
                    archive.export(
                            session,
                            new PartitionArchive.Subject(
                                    table,
                                    leaf,
                                    "FOR VALUES FROM ('1') TO ('2')",
                                    List.of(Identifier.of(key)),
                                    ZoneOffset.UTC));
            partitions.add(
                    new ColdPartition(
                            table, leaf, copy.location(), copy.content().rows(), copy.bytes()));
        }
    }

    /// Messages of the first half of 2026, and who sent them. Of the later three months the
    /// messages have a column more.
    void create() {
        database.sql(
                """
                create table "Message" (id bigint not null, "at" timestamp(3) not null, "We""ird Näme" text, sender int not null,
                    ok boolean, price numeric(10,2), amount numeric, u uuid, raw bytea, tz timestamptz, day date,
                    f double precision, g real, small smallint, js jsonb, tags text[], kind char(4), body text)
                    partition by range ("at")
                """,
                """
                create table "Sender" (id int primary key, name text, since date, share numeric(38,38)) partition by range (id)
                """,
                "create schema \"Od.d\"",
                "create table \"Od.d\".\"Ev\"\"ent s\" (id int, \"select\" text)");
        for (int month = 1; month <= 6; month++) {
            database.sql(
                    "create table \"Message_%d\" partition of \"Message\" for values from ('2026-%02d-01') to ('2026-%02d-01')"
                            .formatted(month, month, month + 1));
        }
        database.sql(
                "create table \"Sender_1\" partition of \"Sender\" for values from (0) to (20)",
                "create table \"Sender_2\" partition of \"Sender\" for values from (20) to (50)",
                """
                insert into "Sender" select i, case when i % 7 = 0 then null else 'Sénder ' || i end, date '2020-01-01' + i,
                    case when i > 0 then 1 / i::numeric - 0.00000001 end from generate_series(1, 40) i
                """,
                "insert into \"Od.d\".\"Ev\"\"ent s\" values (1, 'a''b'), (2, null), (3, '')",
                """
                insert into "Message"
                select i, timestamp '2026-01-01' + i * interval '15 minutes',
                    case i % 5 when 0 then null when 1 then '' else 'näme "' || i % 9 || '", x' end, i % 45,
                    case i % 3 when 0 then null when 1 then true else false end, (i % 1000) / 7.0,
                    case when i % 11 > 0 then i / 3.0 end, md5(i::text)::uuid, decode(md5(i::text), 'hex'),
                    timestamptz '2026-01-01 00:00+00' + i * interval '15 minutes', date '2026-01-01' + i / 96,
                    case when i % 13 = 0 then null else i / 7.0::float8 end, i / 3.0::real, (i % 300 - 150)::smallint,
                    jsonb_build_object('n', i % 4, 'list', jsonb_build_array(1, i)), array['t' || i % 3, null],
                    'k' || i % 4, repeat(md5(i::text), 3)
                  from generate_series(0, 17000) i
                """);
        for (int month = 1; month <= 6; month++) {
            if (month == 4) {
                database.sql(
                        "alter table \"Message\" add column extra int",
                        "update \"Message\" set extra = id % 5 where \"at\" >= '2026-04-01' and id % 3 > 0");
            }
            archive(MESSAGE, "Message_" + month, "at");
        }
        archive(QualifiedName.of("public", "Sender"), "Sender_1", "id");
        archive(QualifiedName.of("public", "Sender"), "Sender_2", "id");
        archive(QualifiedName.of("Od.d", "Ev\"ent s"), "Ev\"ent s", "id");
    }

    /// What a query gives, as text.
    List<List<@Nullable String>> cold(String sql) {
        List<List<@Nullable String>> rows = new ArrayList<>();
        cold().ask(sql, LIMITS, answer -> answer.each(rows::add));
        return rows;
    }

    /// What PostgreSQL gives.
    List<List<@Nullable String>> live(String sql) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            List<List<@Nullable String>> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery(sql)) {
                while (result.next()) {
                    List<@Nullable String> row = new ArrayList<>();
                    for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                        row.add(result.getString(i));
                    }
                    rows.add(row);
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
