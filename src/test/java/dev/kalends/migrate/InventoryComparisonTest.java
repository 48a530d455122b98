package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.carry.InventoryComparison;
import dev.kalends.catalog.Feature;
import dev.kalends.catalog.FeatureKind;
import dev.kalends.catalog.Inventory;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.testing.TestTable;
import java.util.List;
import org.junit.jupiter.api.Test;

class InventoryComparisonTest {
    private static final Feature OWNER = new Feature(FeatureKind.OWNER, "app", "");
    private static final Feature WIDENED =
            new Feature(FeatureKind.PRIMARY_KEY, "event_pkey", "PRIMARY KEY (id, \"at\")");

    private static MigrationSpec spec() {
        return Planning.of(
                        TestTable.event()
                                .feature(FeatureKind.OWNER, "app", "")
                                .feature(FeatureKind.STORAGE_OPTION, "fillfactor=90", "")
                                .feature(FeatureKind.COLUMN_OPTION, "id", "n_distinct=-0.5"))
                .spec();
    }

    @Test
    void saysWhatIsDifferentAsPlanned() {
        InventoryComparison comparison =
                InventoryComparison.of(
                        spec(),
                        new Inventory(
                                List.of(
                                        OWNER,
                                        WIDENED,
                                        new Feature(
                                                FeatureKind.COLUMN_OPTION,
                                                "id",
                                                "n_distinct=-0.5, n_distinct_inherited=-0.5"),
                                        new Feature(
                                                FeatureKind.INHERITANCE,
                                                "public.event, public.event_2024_03",
                                                ""))));
        assertThat(comparison.unchanged()).isEqualTo(1);
        assertThat(comparison.planned())
                .containsExactly(
                        "primary key event_pkey: PRIMARY KEY (id) becomes PRIMARY KEY (id, \"at\")",
                        "column option id: n_distinct=-0.5 becomes n_distinct=-0.5, n_distinct_inherited=-0.5",
                        "storage option fillfactor=90 is on every partition",
                        "1 partitions");
        assertThat(comparison.missing()).isEmpty();
        assertThat(comparison.added()).isEmpty();
    }

    @Test
    void namesWhatIsMissingAndWhatSomebodyAdded() {
        InventoryComparison comparison =
                InventoryComparison.of(
                        spec(),
                        new Inventory(
                                List.of(
                                        new Feature(
                                                FeatureKind.PRIMARY_KEY,
                                                "event_pkey",
                                                "PRIMARY KEY (at)"),
                                        new Feature(
                                                FeatureKind.COLUMN_OPTION, "id", "n_distinct=7"))));
        assertThat(comparison.unchanged()).isZero();
        assertThat(comparison.missing())
                .containsExactly(
                        "primary key event_pkey: PRIMARY KEY (id)",
                        "owner app",
                        "column option id: n_distinct=-0.5");
        assertThat(comparison.added())
                .containsExactly(
                        "primary key event_pkey: PRIMARY KEY (at)",
                        "column option id: n_distinct=7");
    }
}
