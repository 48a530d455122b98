package dev.kalends.bench;

import dev.kalends.app.Kalends;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.config.TableConfig;
import dev.kalends.config.TableNames;
import dev.kalends.demo.messaging.Generator;
import dev.kalends.demo.messaging.Loader;
import dev.kalends.demo.messaging.QuerySet;
import dev.kalends.demo.messaging.QueryTiming;
import dev.kalends.demo.messaging.Variant;
import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.embedded.ServerOptions;
import dev.kalends.sql.QualifiedName;
import dev.kalends.testing.Conversions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Measures the application's inbox, and reads of one conversation, on "Conversation" as a plain
/// table and as Kalends cuts it: by the hash of the church, and by quarters of "createdAt".
public final class Inbox {
    private static final String DATABASE = "inbox";
    private static final int MESSAGES_PER_CONVERSATION = 20;
    private static final QualifiedName CONVERSATION = TableNames.parse("Conversation");

    private static final String BY_CHURCH =
            """
            tables:
              - table: Conversation
                partition: {by: hash, key: churchId, partitions: 8}
                unique: {id: guard}
                references: guard
            """;
    private static final String BY_QUARTER =
            """
            tables:
              - table: Conversation
                partition: {by: range, key: createdAt, every: quarter}
                unique: {id: guard, "churchId, memberId": guard}
                references: guard
            """;

    private static final String INBOX =
            """
            SELECT * FROM "Conversation"
             WHERE "churchId" = '%s' AND "lastMessageAt" >= TIMESTAMP '%s' - INTERVAL '90 days'
             ORDER BY "lastMessageAt" DESC LIMIT 50
            """;
    private static final String BY_ID = "SELECT * FROM \"Conversation\" WHERE \"id\" = '%s'";
    private static final String BY_MEMBER =
            "SELECT * FROM \"Conversation\" WHERE \"churchId\" = '%s' AND \"memberId\" = '%s'";

    private static final String CHURCHES =
            """
            SELECT "churchId", count(*), min("id"), min("memberId" || ',' || "id")
              FROM "Conversation" GROUP BY 1 ORDER BY 2 DESC, 1
            """;

    /// @param rank by size among all, from 1
    /// @param id of one of its conversations, and the member of another
    private record Church(int rank, String church, long conversations, String id, String member) {
        String label() {
            return "no. %d, %,d conversations".formatted(rank, conversations);
        }
    }

    private final InboxOptions options;
    private final Generator generator;
    private final EmbeddedPostgres postgres;
    private final List<InboxResult.Figures> figures = new ArrayList<>();

    private Inbox(InboxOptions options, Generator generator, EmbeddedPostgres postgres) {
        this.options = options;
        this.generator = generator;
        this.postgres = postgres;
    }

    public static void main(String[] arguments) throws IOException, SQLException, ConfigException {
        InboxOptions options;
        try {
            options = InboxOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + InboxOptions.USAGE);
            System.exit(2);
            return;
        }
        Instant began = Instant.now(Clock.systemUTC());
        Generator generator =
                new Generator(
                        (long) options.conversations() * MESSAGES_PER_CONVERSATION,
                        options.months(),
                        1,
                        began);
        ServerOptions server =
                ServerOptions.of(options.postgres()).withSettings(Server.settingsOfAllWays());
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(server)) {
            write(options, began, new Inbox(options, generator, postgres).run(began));
        }
    }

    private static void write(InboxOptions options, Instant began, InboxResult result)
            throws IOException {
        String name =
                "%s-inbox-%d"
                        .formatted(began.atZone(ZoneOffset.UTC).toLocalDate(), options.postgres());
        JsonMapper json = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.createDirectories(options.out());
        Files.writeString(
                options.out().resolve(name + ".json"), json.writeValueAsString(result) + "\n");
        Path page = options.out().resolve(name + ".md");
        Files.writeString(page, result.markdown());
        System.out.println(result.markdown());
        System.out.println("written to " + page);
    }

    private InboxResult run(Instant began) throws IOException, SQLException, ConfigException {
        postgres.createDatabase(DATABASE);
        List<Church> churches;
        long conversations;
        String version;
        String collation;
        try (Connection connection = postgres.connect(DATABASE);
                Statement statement = connection.createStatement()) {
            Loader.load(connection, generator, Variant.CURRENT, loaded -> {});
            statement.execute("VACUUM (ANALYZE)");
            churches = churches(statement);
            conversations =
                    Long.parseLong(value(statement, "SELECT count(*) FROM \"Conversation\""));
            version = value(statement, "SELECT version()");
            collation =
                    value(
                            statement,
                            "SELECT datcollate FROM pg_database WHERE datname = current_database()");
        }
        System.out.printf("loaded %d conversations%n", conversations);
        measure("plain", churches);
        Kalends kalends = Conversions.kalends(postgres.jdbcUrl(DATABASE));
        convert(kalends, BY_CHURCH);
        measure("hash of churchId", churches);
        kalends.rollback(CONVERSATION);
        kalends.cleanup(CONVERSATION, Kalends.Backup.WAIVED);
        convert(kalends, BY_QUARTER);
        measure("quarters of createdAt", churches);
        return new InboxResult(
                began.truncatedTo(ChronoUnit.SECONDS).toString(),
                Result.Machine.current(),
                version,
                Server.settingsOfAllWays(),
                collation,
                conversations,
                options.runs(),
                figures);
    }

    private static void convert(Kalends kalends, String tables) throws ConfigException {
        TableConfig wish =
                ConfigReader.parse(tables, "kalends.yaml", Path.of("."), Map.of())
                        .table(CONVERSATION);
        kalends.migrate(CONVERSATION, Objects.requireNonNull(wish));
        kalends.switchTables(CONVERSATION);
    }

    /// The largest church, one in the middle and the smallest.
    private static List<Church> churches(Statement statement) throws SQLException {
        List<Church> all = new ArrayList<>();
        try (ResultSet result = statement.executeQuery(CHURCHES)) {
            while (result.next()) {
                String member = result.getString(4);
                all.add(
                        new Church(
                                all.size() + 1,
                                result.getString(1),
                                result.getLong(2),
                                result.getString(3),
                                member.substring(0, member.indexOf(','))));
            }
        }
        return List.of(all.getFirst(), all.get(all.size() / 2), all.getLast());
    }

    private void measure(String layout, List<Church> churches) throws SQLException {
        String end = generator.end().atOffset(ZoneOffset.UTC).toLocalDateTime().toString();
        try (Connection connection = postgres.connect(DATABASE);
                Statement statement = connection.createStatement()) {
            int partitions =
                    Integer.parseInt(
                            value(
                                    statement,
                                    "SELECT count(*) FROM pg_inherits WHERE inhparent = '\"Conversation\"'::regclass"));
            for (Church each : churches) {
                query(
                        connection,
                        layout,
                        partitions,
                        each,
                        "Inbox",
                        INBOX.formatted(each.church(), end));
                query(connection, layout, partitions, each, "By id", BY_ID.formatted(each.id()));
                query(
                        connection,
                        layout,
                        partitions,
                        each,
                        "By church and member",
                        BY_MEMBER.formatted(each.church(), each.member()));
            }
        }
        System.out.println("measured " + layout);
    }

    private void query(
            Connection connection,
            String layout,
            int partitions,
            Church church,
            String name,
            String sql)
            throws SQLException {
        QuerySet.Query query = new QuerySet.Query(name, sql, options.runs());
        long rows;
        try (Statement statement = connection.createStatement()) {
            rows = Long.parseLong(value(statement, "SELECT count(*) FROM (" + sql + ") q"));
        }
        // The first run fills the cache and does not count.
        QuerySet.once(connection, query);
        List<Double> milliseconds = new ArrayList<>();
        List<Double> buffers = new ArrayList<>();
        for (int i = 0; i < options.runs(); i++) {
            QueryTiming timing = QuerySet.once(connection, query);
            milliseconds.add(timing.milliseconds());
            buffers.add((double) timing.buffers());
        }
        figures.add(
                new InboxResult.Figures(
                        layout,
                        partitions,
                        name,
                        church.label(),
                        rows,
                        milliseconds,
                        Page.median(buffers.stream().mapToDouble(each -> each).toArray())));
    }

    private static String value(Statement statement, String query) throws SQLException {
        try (ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getString(1);
        }
    }
}
