package dev.kalends.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.config.TableConfig;
import dev.kalends.config.TableNames;
import dev.kalends.demo.messaging.MessagingWorld;
import dev.kalends.maintain.Tick;
import dev.kalends.maintain.TickReport;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.sql.QualifiedName;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.KalendsProgram;
import dev.kalends.testing.MaintainedTables;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.S3Server;
import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/// The tables of the messaging application three years on: what is due leaves for a bucket whose
/// server checks signatures, and bucket and database together hold every row once.
class MessagingArchiveIT {
    private static final Path EXAMPLE = Path.of("docs/examples/messaging.yaml");
    private static final List<List<String>> GROUPS =
            List.of(
                    List.of("Conversation"),
                    List.of("Message", "MessageRecipient"),
                    List.of("MessageQueue"),
                    List.of("ConversationMessage"));
    private static final List<String> ARCHIVED =
            List.of("Conversation", "Message", "MessageRecipient", "ConversationMessage");

    @TempDir private Path folder;

    @OldestAndNewest
    void holdsEveryRowOnceAfterThreeYears(TestDatabase database)
            throws IOException, SQLException, InterruptedException, ConfigException {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) 7);
        Map<String, String> environment = new HashMap<>(S3Server.environment());
        environment.put("KALENDS_ARCHIVE_KEY", Base64.getEncoder().encodeToString(key));
        try (Connection connection = database.connect()) {
            MessagingWorld.load(connection, 4_000, Clock.systemUTC());
        }
        database.sql("create schema truth");
        for (String table : ARCHIVED) {
            database.sql("create table truth.\"%s\" as table \"%s\"".formatted(table, table));
        }
        convert(database, ConfigReader.read(EXAMPLE, environment));
        try (S3Server store = S3Server.start()) {
            String given = Files.readString(EXAMPLE);
            String placed =
                    given.replaceAll(
                            "(?m)^  store: .*$",
                            "  store: s3://%s/prod\n  endpoint: %s\n  region: %s\n  pathStyle: true"
                                    .formatted(S3Server.BUCKET, store.url(), S3Server.REGION));
            Files.writeString(folder.resolve("kalends.yaml"), placed);
            KalendsProgram program = new KalendsProgram(folder, database.uri(), environment);
            maintain(database, environment);

            assertThat(
                            database.number(
                                    "select count(*) from kalends.archive where left_at is not null"))
                    .isPositive();
            assertThat(program.run(List.of("archive", "verify", "--deep")))
                    .as(program.log())
                    .isZero();
            for (String table : ARCHIVED) {
                everyRowOnce(database, program, table);
            }
            System.err.printf(
                    "%s: %s%n",
                    database,
                    database.rows(
                            "select table_name, count(*), sum(rows), sum(bytes), sum(live_bytes) from kalends.archive where left_at is not null group by 1 order by 1"));
        }
    }

    /// What is due three years on. The bucket's credentials reach this process by its properties.
    private void maintain(TestDatabase database, Map<String, String> environment)
            throws ConfigException {
        Config config = ConfigReader.read(folder.resolve("kalends.yaml"), environment);
        Instant later =
                Clock.systemUTC()
                        .instant()
                        .atZone(ZoneOffset.UTC)
                        .plusYears(3)
                        .plusMonths(1)
                        .toInstant();
        System.setProperty("aws.accessKeyId", S3Server.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", S3Server.SECRET_KEY);
        try (ArchiveAccess access =
                new ArchiveAccess(config, folder, Clock.fixed(later, ZoneOffset.UTC), "test")) {
            TickReport report =
                    MaintainedTables.maintenance(database.url(), config, later.toString(), access)
                            .run(
                                    List.of(),
                                    EnumSet.allOf(MaintenanceWork.class),
                                    Tick.Consent.GIVEN);
            assertThat(MaintainedTables.failures(report)).isEmpty();
        } finally {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        }
    }

    private static void convert(TestDatabase database, Config config) {
        Kalends kalends = Conversions.kalends(database.url());
        for (List<String> group : GROUPS) {
            List<QualifiedName> tables = group.stream().map(TableNames::parse).toList();
            List<TableConfig> wishes = tables.stream().map(config::table).toList();
            kalends.migrate(tables, wishes);
            kalends.switchTables(tables.getFirst());
            kalends.cleanup(tables.getFirst(), Kalends.Backup.WAIVED);
        }
    }

    /// Of what is exported and live, the archive is looked at. The update rule changes a status;
    /// all else is as it was.
    private static void everyRowOnce(TestDatabase database, KalendsProgram program, String table)
            throws IOException, InterruptedException {
        String back = "back." + table;
        database.sql(
                "create schema if not exists back",
                "create table back.\"%s\" (like \"%s\")".formatted(table, table));
        int exit = program.run(List.of("restore", table, "--into", back));
        assertThat(exit).as(program.log()).isIn(0, 2);
        assertThat(
                        database.rows(
                                """
                                with live as (select format('%%I.%%I', leaf_schema, leaf_name)::regclass::oid as leaf from kalends.archive
                                              where table_name = '%1$s' and left_at is null and expired_at is null),
                                     now as (select to_jsonb(l) - 'status' r from "%1$s" l where l.tableoid not in (select leaf from live)
                                             union all select to_jsonb(b) - 'status' from back."%1$s" b),
                                     truth as (select to_jsonb(t) - 'status' r from truth."%1$s" t)
                                (select 'lost', r::text from (select r from truth except all select r from now) x limit 5)
                                union all
                                (select 'too many', r::text from (select r from now except all select r from truth) y limit 5)
                                """
                                        .formatted(table)))
                .as(table)
                .isEmpty();
    }
}
