package dev.kalends.app;

import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.config.TableConfig;
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
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A converted table with columns of many types, its archive in a folder, and the view over both.
final class ViewScene {
    private static final String CONVERSION =
            """
              - table: message
                partition: {key: at, every: month, ahead: 2}
            """;

    /// Seven months have rows; those that ended four months ago are out.
    static final String LATER = "2026-09-20T00:00:00Z";

    static final QualifiedName MESSAGE = QualifiedName.of("public", "message");

    private final Path folder;
    private final List<AutoCloseable> open = new ArrayList<>();
    private @Nullable ArchiveEndpoint endpoint;
    private String place = "127.0.0.1:0";

    ViewScene(Path folder) {
        this.folder = folder;
    }

    /// Closes all that it opened.
    void end() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    static void create(TestDatabase database) {
        database.sql(
                "create type mood as enum ('sad', 'ok', 'happy')",
                "create domain short as varchar(12)",
                """
                create table message (id bigint not null, at timestamp(3) not null, tz timestamptz(3), t text, c char(6), v varchar(20),
                    n numeric, p numeric(10,2), f double precision, r real, i int, s smallint, b boolean, d date, iv interval, ti time,
                    j jsonb, js json, a int[], ta text[], rg int4range, tr tstzrange, u uuid, ip inet, by bytea, m mood, sh short,
                    bc text collate "C", "We""ird Näme" text, primary key (id, at))
                """,
                """
                insert into message
                select i, timestamp '2026-01-01' + i * interval '1 hour 41 seconds 7 ms',
                       case when i % 11 <> 0 then timestamptz '2026-01-01 00:00+00' + i * interval '1 hour 3 minutes' end,
                       case i % 7 when 0 then null when 1 then 'a%b_c\\' || i when 2 then E'line\\nbreak ' || i when 3 then 'Ünï ' || i
                                  when 4 then '' when 5 then 'zebra' else 'B' || i end,
                       'c' || i % 10, case when i % 5 <> 0 then 'v' || i end,
                       i / 7.0, (i - 1000) / 3.0, case when i % 97 = 0 then 'NaN' else i / 9.0 end, i / 11.0,
                       case when i % 13 <> 0 then (i - 1500) * 7 end, i % 300, case i % 3 when 0 then true when 1 then false end,
                       date '2026-01-01' + i % 200, i * interval '1 minute', time '00:00' + i * interval '17 s',
                       jsonb_build_object('k', i % 17, 'l', jsonb_build_array(i, null, 'x')), json_build_object('z', i),
                       array[i, null, i % 5], case when i % 4 = 0 then array['x', 'y' || i] end,
                       int4range(i, i + 10), tstzrange(timestamptz '2026-01-01 00:00+00' + i * interval '1 hour', null),
                       md5(i::text)::uuid, ('10.0.' || i % 250 || '.1')::inet, decode(lpad(to_hex(i), 8, '0'), 'hex'),
                       (array['sad', 'ok', 'happy'])[i % 3 + 1]::mood, 's' || i % 40, (array['a', 'B', 'c', 'D'])[i % 4 + 1], 'w' || i
                  from generate_series(1, 5000) i
                """);
        Kalends kalends = Conversions.kalends(database.url());
        TableConfig wish = Conversions.wish(CONVERSION);
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
        database.sql("create table plain as select * from message", "analyze plain");
    }

    Config config(String lifecycle) {
        try {
            return ConfigReader.parse(
                    """
                    switch: {lockTimeout: 500ms, attempts: 20, retryPause: 50ms}
                    archive: {store: 'file:%s', view: {listen: '%s', password: 'only-for-tests'}}
                    tables:
                    %s    lifecycle: %s
                    """
                            .formatted(folder, place, CONVERSION, lifecycle),
                    "kalends.yaml",
                    folder,
                    Map.of());
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    ArchiveAccess access(Config config) {
        ArchiveAccess access =
                new ArchiveAccess(
                        config, folder, Clock.fixed(Instant.parse(LATER), ZoneOffset.UTC), "test");
        open.add(access);
        return access;
    }

    void serve(TestDatabase database) {
        Config config = config("{retain: 4 months}");
        ArchiveEndpoint started =
                ArchiveEndpoint.start(
                        Target.parse(database.url(), ""),
                        Objects.requireNonNull(Objects.requireNonNull(config.archive()).view()),
                        folder,
                        access(config));
        open.add(started);
        endpoint = started;
        place = "127.0.0.1:" + started.address().getPort();
    }

    /// Nobody answers there any more.
    void stopServing() {
        Objects.requireNonNull(endpoint).close();
    }

    /// Says a place at which nobody answers.
    void placeNowhere() {
        place = "127.0.0.1:1";
    }

    TickReport tick(TestDatabase database, String lifecycle) {
        Config config = config(lifecycle);
        return MaintainedTables.maintenance(database.url(), config, LATER, access(config))
                .run(List.of(), EnumSet.allOf(MaintenanceWork.class), Tick.Consent.GIVEN);
    }

    ArchiveViewing viewing(String url) {
        Config config = config("{retain: 4 months}");
        return new ArchiveViewing(Target.parse(url, ""), config, access(config));
    }

    Archiving archiving(TestDatabase database) {
        Config config = config("{retain: 4 months}");
        return new Archiving(
                Target.parse(database.url(), ""),
                config,
                Clock.fixed(Instant.parse(LATER), ZoneOffset.UTC),
                new StopSignal(),
                access(config));
    }

    Restoring restoring(TestDatabase database) {
        Config config = config("{retain: 4 months}");
        return new Restoring(
                Target.parse(database.url(), ""),
                config,
                Clock.fixed(Instant.parse(LATER), ZoneOffset.UTC),
                new StopSignal(),
                access(config));
    }

    static Archiving.Selection months(String from, String to) {
        return new Archiving.Selection(
                List.of(MESSAGE),
                LocalDateTime.parse(from + "-01T00:00:00"),
                LocalDateTime.parse(to + "-01T00:00:00"));
    }
}
