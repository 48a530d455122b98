package dev.kalends.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.app.Kalends;
import dev.kalends.config.TableConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes a table all the ways a conversion can go (given up, switched, back, switched for good) and
/// compares the catalog after each.
public final class AllWays {
    private AllWays() {}

    /// @param works asserts that what the table has does its work; runs after the switch, after the
    ///   way back, after its cleanup and after the cleanup of the second switch
    public static void go(TestDatabase database, String url, TableConfig wish, Runnable works) {
        String table = wish.table().render();
        List<List<@Nullable String>> before = CatalogView.ofTable(database, table);
        List<List<@Nullable String>> all = CatalogView.everything(database);
        Kalends kalends = Conversions.kalends(url);

        kalends.migrate(wish.table(), wish);
        kalends.abort(wish.table());
        assertSame("abort", CatalogView.everything(database), all);

        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        assertSame("switch", CatalogView.ofTable(database, table), before);
        works.run();
        kalends.rollback(wish.table());
        assertSame("rollback", CatalogView.ofTable(database, table), before);
        works.run();
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
        assertSame("cleanup", CatalogView.everything(database), all);
        works.run();

        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
        assertSame("for good", CatalogView.ofTable(database, table), before);
        works.run();
    }

    private static void assertSame(
            String when, List<List<@Nullable String>> now, List<List<@Nullable String>> before) {
        List<List<@Nullable String>> lost = new ArrayList<>(before);
        now.forEach(lost::remove);
        List<List<@Nullable String>> added = new ArrayList<>(now);
        before.forEach(added::remove);
        assertThat(lost).as(when + ": lost, while added is " + added).isEmpty();
        assertThat(added).as(when + ": added").isEmpty();
    }
}
