package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.config.TableConfig;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.plan.Phase;
import dev.kalends.sql.QualifiedName;
import dev.kalends.testing.CatalogView;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.Moments;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tables that are converted and switched together.
class PairedIT {
    private static final String[] SCHEMA = {
        "CREATE TABLE parent (id bigint PRIMARY KEY, body text)",
        "INSERT INTO parent SELECT i, 'x' FROM generate_series(-500, 4000) i",
        "CREATE TABLE child (id int, parent bigint NOT NULL, n int, PRIMARY KEY (parent, n),"
                + " CONSTRAINT child_parent_fkey FOREIGN KEY (parent) REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED)",
        "INSERT INTO child SELECT i, i, n FROM generate_series(1, 2000) i, generate_series(1, 2) n"
    };
    private static final List<TableConfig> WISHES =
            Conversions.wishes(
                    """
                      - table: parent
                        partition: {by: range, key: id, every: 1000, ahead: 1}
                      - table: child
                        partition: {by: range, key: parent, every: 1000, ahead: 1}
                        references: paired
                    """);
    private static final List<QualifiedName> TABLES =
            WISHES.stream().map(TableConfig::table).toList();

    private static Kalends ready(TestDatabase database, ProgressEvent.Listener listener) {
        database.sql(SCHEMA);
        Kalends kalends = Conversions.kalends(database.url(), listener);
        kalends.migrate(TABLES, WISHES);
        return kalends;
    }

    private static void assertSettled(TestDatabase database) {
        assertThat(
                        database.rows(
                                "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'f' AND NOT convalidated"))
                .isEmpty();
    }

    @ServerTest
    void areCutByNumbersAlike(TestDatabase database) {
        Kalends kalends = ready(database, event -> {});
        kalends.switchTables(TABLES.getFirst());
        assertSettled(database);
        database.sql("DELETE FROM parent WHERE id % 7 = 0");
        assertThat(database.number("SELECT count(*) FROM child WHERE parent % 7 = 0")).isZero();
        kalends.rollback(TABLES.getLast());
        assertSettled(database);
        assertThat(database.number("SELECT count(*) FROM child WHERE parent % 7 = 0")).isZero();
        kalends.cleanup(TABLES.getFirst(), Kalends.Backup.WAIVED);
        assertThat(
                        database.rows(
                                "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'kalends\\_%'"))
                .isEmpty();
    }

    @ServerTest
    void areGivenUpTogetherWithoutATrace(TestDatabase database) {
        database.sql(SCHEMA);
        List<List<@Nullable String>> before = CatalogView.everything(database);
        for (Phase phase :
                new Phase[] {Phase.COPYING, Phase.INDEXING, Phase.CATCHING_UP, Phase.VALIDATING}) {
            Moments moments = new Moments().whenBegins(phase, PairedIT::crash);
            Kalends kalends = Conversions.kalends(database.url(), moments);
            assertThatThrownBy(() -> kalends.migrate(TABLES, WISHES)).hasMessage("crash");
            Conversions.kalends(database.url()).abort(TABLES.getLast());
            assertThat(CatalogView.everything(database)).isEqualTo(before);
        }
    }

    private static void crash() {
        throw new IllegalStateException("crash");
    }

    /// What the event log tells as done has been committed.
    private static Moments crashAfterTry() {
        return new Moments()
                .when(
                        event ->
                                event instanceof ProgressEvent.Tried(int _, String outcome, _)
                                        && outcome.equals("done"),
                        PairedIT::crash);
    }

    @ServerTest
    void goOnAfterACrashBetweenTheSwitchAndTheSettlement(TestDatabase database) {
        ready(database, event -> {});
        Kalends crashing = Conversions.kalends(database.url(), crashAfterTry());
        assertThatThrownBy(() -> crashing.switchTables(TABLES.getFirst())).hasMessage("crash");
        assertThat(
                        database.value(
                                "SELECT relkind FROM pg_class WHERE oid = 'public.child'::regclass"))
                .isEqualTo("p");
        assertThatThrownBy(() -> database.sql("INSERT INTO child VALUES (1, 99, 7), (2, 5000, 1)"))
                .hasStackTraceContaining("child_parent_fkey");

        Conversions.kalends(database.url()).switchTables(TABLES.getLast());
        assertSettled(database);
        Kalends again = Conversions.kalends(database.url(), crashAfterTry());
        assertThatThrownBy(() -> again.rollback(TABLES.getFirst())).hasMessage("crash");
        Conversions.kalends(database.url()).rollback(TABLES.getLast());
        assertSettled(database);
    }

    @ServerTest
    void areRolledBackAndCleanedUpRightAfterACrash(TestDatabase database) {
        ready(database, event -> {});
        Kalends crashing = Conversions.kalends(database.url(), crashAfterTry());
        assertThatThrownBy(() -> crashing.switchTables(TABLES.getFirst())).hasMessage("crash");
        Kalends again =
                Conversions.kalends(
                        database.url(),
                        new Moments()
                                .when(
                                        event ->
                                                event instanceof ProgressEvent.Tried
                                                        && phaseOf(database, "parent")
                                                                .equals("ROLLED_BACK"),
                                        PairedIT::crash));
        assertThatThrownBy(() -> again.rollback(TABLES.getFirst())).hasMessage("crash");
        Conversions.kalends(database.url()).cleanup(TABLES.getFirst(), Kalends.Backup.WAIVED);
        assertSettled(database);
        assertThat(
                        database.value(
                                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'child_parent_fkey'"))
                .isEqualTo(
                        "FOREIGN KEY (parent) REFERENCES parent(id) ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED");
        assertThat(
                        database.rows(
                                "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'kalends\\_%'"))
                .isEmpty();
    }

    @ServerTest
    void areCleanedUpToTheEndAfterACrashBetweenTheTwo(TestDatabase database) {
        Kalends kalends = ready(database, event -> {});
        kalends.switchTables(TABLES.getFirst());
        Kalends crashing = Conversions.kalends(database.url(), crashAfterTry());
        assertThatThrownBy(() -> crashing.cleanup(TABLES.getFirst(), Kalends.Backup.WAIVED))
                .hasMessage("crash");
        // The triggers of the first table are gone; now the first table is done and the second not.
        Kalends second =
                Conversions.kalends(
                        database.url(),
                        new Moments()
                                .when(
                                        event ->
                                                event instanceof ProgressEvent.Tried
                                                        && phaseOf(database, "parent")
                                                                .equals("COMPLETED"),
                                        PairedIT::crash));
        assertThatThrownBy(() -> second.cleanup(TABLES.getFirst(), Kalends.Backup.WAIVED))
                .hasMessage("crash");
        Conversions.kalends(database.url()).cleanup(TABLES.getLast(), Kalends.Backup.WAIVED);
        assertThat(database.rows("SELECT DISTINCT phase FROM kalends.migration"))
                .containsExactly(List.of("COMPLETED"));
        assertThat(
                        database.rows(
                                "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'kalends\\_old%'"))
                .isEmpty();
    }

    private static String phaseOf(TestDatabase database, String table) {
        return database.value(
                "SELECT phase FROM kalends.migration WHERE table_name = '" + table + "'");
    }

    @ServerTest
    void areAbortedToTheEndAfterACrashBetweenTheTwo(TestDatabase database) {
        database.sql(SCHEMA);
        List<List<@Nullable String>> before = CatalogView.everything(database);
        Conversions.kalends(database.url()).migrate(TABLES, WISHES);
        Kalends crashing =
                Conversions.kalends(
                        database.url(),
                        new Moments()
                                .when(
                                        event ->
                                                event instanceof ProgressEvent.Tried
                                                        && phaseOf(database, "parent")
                                                                .equals("ROLLED_BACK"),
                                        PairedIT::crash));
        assertThatThrownBy(() -> crashing.abort(TABLES.getFirst())).hasMessage("crash");

        Conversions.kalends(database.url()).abort(TABLES.getLast());

        assertThat(CatalogView.everything(database)).isEqualTo(before);
    }

    @ServerTest
    void haveTheSamePartitionsEvenWhenOneIsMadeBetweenTriesOfTheSwitch(TestDatabase database)
            throws SQLException {
        ready(database, event -> {});
        Mirror parents = Mirror.of(database, "public.parent");
        Connection blocker = database.connect();
        Moments moments =
                new Moments()
                        .when(
                                ProgressEvent.Tried.class::isInstance,
                                () -> {
                                    parents.write("INSERT INTO {t} VALUES (77000, 'far')");
                                    close(blocker);
                                });
        try (Statement statement = blocker.createStatement()) {
            blocker.setAutoCommit(false);
            statement.execute("LOCK TABLE child IN ACCESS SHARE MODE");
            Conversions.kalends(database.url(), moments).switchTables(TABLES.getFirst());
        }
        assertThat(parents.differences()).isEmpty();
        database.sql("INSERT INTO child VALUES (1, 77000, 1)");
        assertThat(
                        database.rows(
                                "SELECT conrelid::regclass::text FROM pg_constraint WHERE confrelid = 'parent_77000'::regclass"))
                .containsExactly(List.of("child_77000"));
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @ServerTest
    void areRefusedWhenTheyAreNotCutAlike(TestDatabase database) {
        database.sql(SCHEMA);
        database.sql("ALTER TABLE child ALTER COLUMN id SET NOT NULL");
        Kalends kalends = Conversions.kalends(database.url());
        for (String other :
                List.of(
                        "{by: range, key: parent, every: 500}",
                        "{by: range, key: id, every: 1000}",
                        "{by: hash, key: parent, partitions: 4}",
                        "{by: range, key: parent, every: 1000, default: true}")) {
            // The configuration file is refused already where the two are in it.
            TableConfig child =
                    Conversions.wish("  - table: child\n    partition: " + other + "\n");
            List<TableConfig> wishes =
                    List.of(
                            WISHES.getFirst(),
                            new TableConfig(
                                    child.table(),
                                    child.partition(),
                                    WISHES.getLast().contract(),
                                    child.layout()));
            assertThatThrownBy(() -> kalends.plan(wishes))
                    .as(other)
                    .hasMessageContaining("child_parent_fkey")
                    .hasMessageContaining("alike");
        }
    }
}
