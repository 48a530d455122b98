package dev.kalends.app;

import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.execute.StopSignal;
import dev.kalends.maintain.Tick;
import dev.kalends.maintain.TickReport;
import dev.kalends.pg.Target;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.sql.QualifiedName;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.MaintainedTables;
import dev.kalends.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A converted table of messages, its archive in a folder, and what is done with both.
///
/// @param section that says where the archive is, as in the configuration
record ArchiveScene(Path folder, String section) {
    private static final String CONVERSION =
            """
              - table: message
                partition: {key: at, every: month, ahead: 2}
                unique: {id: guard}
                references: guard
            """;
    private static final String RETAIN = "{retain: 2 months}";
    static final String LATER = "2027-03-10T00:00:00Z";
    static final QualifiedName MESSAGE = QualifiedName.of("public", "message");

    static final String CONTENT =
            "select count(*) || ' ' || sum(hashtextextended((m.*)::text, 0)::numeric) from message m";

    static void create(TestDatabase database) {
        database.sql(
                "create table sender (id int primary key)",
                "insert into sender select generate_series(1, 10)",
                """
                create table message (id int primary key, at timestamp(3) not null, t text,
                    reply_to int references message on delete set null, sender int not null references sender)
                """,
                "create index message_t_idx on message (t)",
                """
                insert into message select i, timestamp '2026-01-01' + i * interval '1 hour', 'b' || i, null, i % 10 + 1
                  from generate_series(1, 3000) i
                """,
                "update message m set reply_to = id - 1 where id % 10 = 0 and exists (select from message n where n.id = m.id - 1 and date_trunc('month', n.at) = date_trunc('month', m.at))");
        Kalends kalends = Conversions.kalends(database.url());
        dev.kalends.config.TableConfig wish = Conversions.wish(CONVERSION);
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
    }

    Config config(String lifecycle) {
        try {
            return ConfigReader.parse(
                    "switch: {lockTimeout: 200ms, attempts: 5, retryPause: 50ms}\n"
                            + section
                            + "tables:\n"
                            + CONVERSION
                            + "    lifecycle: "
                            + lifecycle
                            + "\n",
                    "kalends.yaml",
                    folder,
                    Map.of());
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    TickReport tick(TestDatabase database, String lifecycle, String at) {
        Config config = config(lifecycle);
        Clock clock = Clock.fixed(Instant.parse(at), ZoneOffset.UTC);
        try (ArchiveAccess access = new ArchiveAccess(config, folder, clock, "test")) {
            return MaintainedTables.maintenance(database.url(), config, at, access)
                    .run(List.of(), EnumSet.allOf(MaintenanceWork.class), Tick.Consent.GIVEN);
        }
    }

    interface Work<T> {
        T with(Archiving archiving);
    }

    <T> T archiving(TestDatabase database, Work<T> work) {
        return archiving(database, RETAIN, work);
    }

    <T> T archiving(TestDatabase database, String lifecycle, Work<T> work) {
        Config config = config(lifecycle);
        Clock clock = Clock.fixed(Instant.parse(LATER), ZoneOffset.UTC);
        try (ArchiveAccess access = new ArchiveAccess(config, folder, clock, "test")) {
            return work.with(
                    new Archiving(
                            Target.parse(database.url(), ""),
                            config,
                            clock,
                            new StopSignal(),
                            access));
        }
    }

    List<Archiving.Outcome> restoring(
            TestDatabase database, Function<Restoring, List<Archiving.Outcome>> work) {
        return restoring(database, RETAIN, work);
    }

    List<Archiving.Outcome> restoring(
            TestDatabase database,
            String lifecycle,
            Function<Restoring, List<Archiving.Outcome>> work) {
        Config config = config(lifecycle);
        Clock clock = Clock.fixed(Instant.parse(LATER), ZoneOffset.UTC);
        try (ArchiveAccess access = new ArchiveAccess(config, folder, clock, "test")) {
            return work.apply(
                    new Restoring(
                            Target.parse(database.url(), ""),
                            config,
                            clock,
                            new StopSignal(),
                            access));
        }
    }

    static Archiving.Selection months(@Nullable String from, @Nullable String to) {
        return new Archiving.Selection(
                List.of(MESSAGE),
                from == null ? null : LocalDateTime.parse(from + "-01T00:00:00"),
                to == null ? null : LocalDateTime.parse(to + "-01T00:00:00"));
    }
}
