package dev.kalends.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class InventoryTest {
    private static final Feature ID = new Feature(FeatureKind.COLUMN, "id", "bigint NOT NULL");
    private static final Feature AT = new Feature(FeatureKind.COLUMN, "at", "date NOT NULL");
    private static final Feature FILL =
            new Feature(FeatureKind.STORAGE_OPTION, "fillfactor=90", "");

    @Test
    void hasNoChangesToItselfInAnyOrder() {
        assertThat(inventory(ID, AT).changesTo(inventory(AT, ID))).isEmpty();
    }

    @Test
    void namesWhatCameAndWhatWent() {
        assertThat(inventory(ID, AT).changesTo(inventory(ID, FILL)))
                .containsExactly(
                        "now has storage option fillfactor=90",
                        "no longer has column at: date NOT NULL");
    }

    @Test
    void showsAnotherDefinitionAsBoth() {
        Feature wider = new Feature(FeatureKind.COLUMN, "at", "timestamp NOT NULL");

        assertThat(inventory(AT).changesTo(inventory(wider)))
                .containsExactly(
                        "now has column at: timestamp NOT NULL",
                        "no longer has column at: date NOT NULL");
    }

    @Test
    void selectsByKind() {
        assertThat(inventory(ID, FILL).of(List.of(FeatureKind.STORAGE_OPTION)))
                .containsExactly(FILL);
    }

    private static Inventory inventory(Feature... features) {
        return new Inventory(List.of(features));
    }
}
