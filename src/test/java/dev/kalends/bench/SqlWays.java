package dev.kalends.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The ways that are nothing but SQL, in one session.
final class SqlWays {
    /// What they make.
    static final String TABLE = "made";

    private static final String SOURCE = "\"ConversationMessage\"";
    private static final String KEY = "\"createdAt\"";

    private final Connection connection;
    private final Meter meter;
    private final List<Measured> phases = new ArrayList<>();
    private Meter.@Nullable Reading last;

    SqlWays(Connection connection, Meter meter) {
        this.connection = connection;
        this.meter = meter;
    }

    List<Measured> naive() throws IOException, SQLException {
        begin();
        execute(
                "CREATE TABLE made (LIKE %s INCLUDING DEFAULTS) PARTITION BY RANGE (%s)"
                        .formatted(SOURCE, KEY));
        execute("ALTER TABLE made ADD PRIMARY KEY (id, %s)".formatted(KEY));
        for (String index : indexes()) {
            execute("CREATE INDEX ON made USING " + index);
        }
        List<LocalDate> months = months();
        for (LocalDate month : months) {
            execute(
                    "CREATE TABLE %s PARTITION OF made FOR VALUES FROM ('%s') TO ('%s')"
                            .formatted(partition(month), month, month.plusMonths(1)));
        }
        ended("create");
        for (LocalDate month : months) {
            execute(
                    "INSERT INTO made SELECT * FROM %s WHERE %s >= '%s' AND %s < '%s'"
                            .formatted(SOURCE, KEY, month, KEY, month.plusMonths(1)));
        }
        ended("copy");
        return phases;
    }

    List<Measured> floor() throws IOException, SQLException {
        begin();
        execute("CREATE TABLE made AS SELECT * FROM " + SOURCE);
        ended("copy");
        execute("ALTER TABLE made ADD PRIMARY KEY (id)");
        for (String index : indexes()) {
            execute("CREATE INDEX ON made USING " + index);
        }
        ended("index");
        return phases;
    }

    /// @return null if the server has the extension
    @Nullable String partmanMissing() throws SQLException {
        return value(
                                "SELECT version FROM pg_available_extension_versions"
                                        + " WHERE name = 'pg_partman' LIMIT 1")
                        == null
                ? "extension pg_partman is not installed in this server"
                : null;
    }

    /// Moves the rows as its documentation says, without its pause of a second between batches.
    List<Measured> partman() throws IOException, SQLException {
        execute("CREATE SCHEMA partman");
        execute("CREATE EXTENSION pg_partman SCHEMA partman");
        String version = value("SELECT extversion FROM pg_extension WHERE extname = 'pg_partman'");
        String type = String.valueOf(version).startsWith("4.") ? "native" : "range";
        begin();
        execute(
                "CREATE TABLE made (LIKE %s INCLUDING DEFAULTS) PARTITION BY RANGE (%s)"
                        .formatted(SOURCE, KEY));
        execute("ALTER TABLE made ADD PRIMARY KEY (id, %s)".formatted(KEY));
        for (String index : indexes()) {
            execute("CREATE INDEX ON made USING " + index);
        }
        execute(
                """
                SELECT partman.create_parent(p_parent_table => 'public.made',
                    p_control => 'createdAt', p_type => '%s', p_interval => '1 month',
                    p_jobmon => false)
                """
                        .formatted(type));
        ended("create");
        execute(
                """
                CALL partman.partition_data_proc(p_parent_table => 'public.made',
                    p_source_table => 'public.ConversationMessage', p_wait => 0, p_quiet => true)
                """);
        ended("copy");
        return phases;
    }

    private void begin() throws IOException, SQLException {
        last = meter.read();
    }

    private void ended(String phase) throws IOException, SQLException {
        Meter.Reading now = meter.read();
        Meter.Reading before = last;
        if (before == null) {
            throw new IllegalStateException("Phase " + phase + " did not begin");
        }
        phases.add(now.since(phase, before));
        last = now;
    }

    /// The source's indexes without the primary key, from the access method on.
    private List<String> indexes() throws SQLException {
        return values(
                """
                SELECT split_part(pg_get_indexdef(indexrelid), ' USING ', 2) FROM pg_index
                 WHERE indrelid = '%s'::regclass AND NOT indisprimary ORDER BY indexrelid
                """
                        .formatted(SOURCE));
    }

    private List<LocalDate> months() throws SQLException {
        return values(
                        """
                        SELECT month::date::text FROM generate_series(
                            (SELECT date_trunc('month', min(%s)) FROM %s),
                            (SELECT max(%s) FROM %s), '1 month') month
                        """
                                .formatted(KEY, SOURCE, KEY, SOURCE))
                .stream()
                .map(LocalDate::parse)
                .toList();
    }

    private static String partition(LocalDate month) {
        return "made_%d_%02d".formatted(month.getYear(), month.getMonthValue());
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> values(String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            while (result.next()) {
                values.add(result.getString(1));
            }
        }
        return values;
    }

    private @Nullable String value(String query) throws SQLException {
        List<String> values = values(query);
        return values.isEmpty() ? null : values.getFirst();
    }
}
