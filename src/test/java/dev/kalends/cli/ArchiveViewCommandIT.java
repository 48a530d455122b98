package dev.kalends.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.app.Kalends;
import dev.kalends.config.TableConfig;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

class ArchiveViewCommandIT {
    private static final String SECRET = "never-printed";

    @TempDir private Path folder;

    private CommandRun run(TestDatabase database, String... words) {
        List<String> all =
                new ArrayList<>(List.of("archive", "view", "--database", database.uri()));
        all.addAll(List.of(words));
        return CommandRun.in(
                folder, Map.of("KALENDS_VIEW_PASSWORD", SECRET), all.toArray(new String[0]));
    }

    @OldestAndNewest
    void makesPrintsAndDropsAView(TestDatabase database) throws IOException {
        database.sql(
                "create table event (id int primary key, at timestamp not null)",
                "insert into event select i, timestamp '2026-01-01' + i * interval '1 day' from generate_series(1, 90) i");
        Kalends kalends = Conversions.kalends(database.url());
        TableConfig wish = Conversions.monthly("event", "at");
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        assertThat(run(database, "event").err()).contains("archive.view");
        Files.writeString(
                folder.resolve("kalends.yaml"),
                "archive: {view: {password: '${env:KALENDS_VIEW_PASSWORD}'}}\n");

        assertThat(run(database).exitCode()).isEqualTo(2);
        assertThat(run(database, "nothing").err()).contains("NOT_MAINTAINED");
        CommandRun printed = run(database, "event", "--sql");
        assertThat(printed.out())
                .contains("CREATE SERVER \"kalends_archive\"", "\"event_all\"", ":'password'")
                .doesNotContain(SECRET);
        CommandRun made = run(database, "event");
        assertThat(made.exitCode()).isZero();
        assertThat(made.out())
                .contains(
                        "public.event_all shows the rows of public.event and of 0 archived partitions");
        assertThat(database.number("select count(*) from event_all")).isEqualTo(90);
        assertThat(database.value("select array_to_string(umoptions, ',') from pg_user_mappings"))
                .isEqualTo("user=kalends,password=" + SECRET);
        assertThat(
                        run(database, "event", "--drop", "--output", "json")
                                .json()
                                .get("dropped")
                                .asBoolean())
                .isTrue();
        assertThat(
                        database.number(
                                "select count(*) from pg_namespace where nspname ~ 'kalends_archive'"))
                .isZero();
    }
}
