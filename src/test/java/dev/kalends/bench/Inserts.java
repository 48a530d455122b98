package dev.kalends.bench;

import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.embedded.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Measures what an inserted row costs in each [InsertWay]. The ways take turns, and each round
/// begins with empty tables.
public final class Inserts {
    private final InsertOptions options;
    private final Connection connection;
    private final InsertSql sql;
    private final Meter meter;
    private final Map<InsertWay, List<Measured>> figures = new EnumMap<>(InsertWay.class);

    private Inserts(InsertOptions options, Connection connection, Meter meter, InsertSql sql) {
        this.options = options;
        this.connection = connection;
        this.meter = meter;
        this.sql = sql;
    }

    public static void main(String[] arguments) throws IOException, SQLException {
        InsertOptions options;
        try {
            options = InsertOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + InsertOptions.USAGE);
            System.exit(2);
            return;
        }
        Instant began = Instant.now(Clock.systemUTC());
        YearMonth last = YearMonth.from(began.atZone(ZoneOffset.UTC));
        InsertSql sql =
                new InsertSql(
                        last.minusMonths(options.months() - 1L), options.months(), options.rows());
        ServerOptions server =
                ServerOptions.of(options.postgres()).withSettings(Server.settingsOfAllWays());
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(server);
                Connection connection = postgres.connect(EmbeddedPostgres.SUPERUSER);
                Meter meter =
                        new Meter(postgres.pid(), postgres.connect(EmbeddedPostgres.SUPERUSER))) {
            write(options, began, new Inserts(options, connection, meter, sql).run(began));
        }
    }

    private static void write(InsertOptions options, Instant began, InsertResult result)
            throws IOException {
        String name =
                "%s-inserts-%d"
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

    private InsertResult run(Instant began) throws IOException, SQLException {
        execute(sql.source());
        for (int round = 0; round <= options.rounds(); round++) {
            for (InsertWay way : InsertWay.values()) {
                Measured measured = measure(way);
                if (round > 0) {
                    figures.computeIfAbsent(way, absent -> new ArrayList<>()).add(measured);
                }
            }
            System.out.printf("round %d of %d%n", round, options.rounds());
        }
        List<InsertResult.Figures> all = new ArrayList<>();
        figures.forEach((way, rounds) -> all.add(new InsertResult.Figures(way, rounds)));
        return new InsertResult(
                began.truncatedTo(ChronoUnit.SECONDS).toString(),
                Result.Machine.current(),
                value("SELECT version()"),
                Server.settingsOfAllWays(),
                value("SELECT datcollate FROM pg_database WHERE datname = current_database()"),
                options.rows(),
                options.months(),
                all);
    }

    private Measured measure(InsertWay way) throws IOException, SQLException {
        for (String statement : sql.tables(way)) {
            execute(statement);
        }
        String messages = "SELECT source.insert_messages()";
        if (way.inserted() == InsertWay.Inserted.RECIPIENTS) {
            execute(messages);
            execute("ANALYZE");
        }
        execute("CHECKPOINT");
        Meter.Reading start = meter.read();
        execute(
                switch (way.inserted()) {
                    case MESSAGES -> messages;
                    case RECIPIENTS -> "SELECT source.insert_recipients()";
                });
        Measured measured = meter.read().since("insert", start);
        requireAllRows(way);
        return measured;
    }

    private void requireAllRows(InsertWay way) throws SQLException {
        String table =
                switch (way.inserted()) {
                    case MESSAGES -> "\"Message\"";
                    case RECIPIENTS -> "\"MessageRecipient\"";
                };
        String count = value("SELECT count(*) FROM measured." + table);
        if (!count.equals(Integer.toString(options.rows()))) {
            throw new IllegalStateException(
                    "%s holds %s rows instead of %d".formatted(way.word(), count, options.rows()));
        }
    }

    private void execute(String statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    private String value(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getString(1);
        }
    }
}
