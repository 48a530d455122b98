package dev.kalends.journal;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.kalends.catalog.Inventory;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Scheme;
import dev.kalends.plan.SetSpec;
import tools.jackson.databind.json.JsonMapper;

/// Specs, bounds and inventories as JSON text, for the journal.
final class SpecJson {
    /// Which of the permitted records it is stands in the text.
    @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "is")
    @JsonIgnoreProperties({"range", "codec"})
    private interface Told {}

    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .addMixIn(Scheme.class, Told.class)
                    .addMixIn(Bounds.class, Told.class)
                    .build();

    private SpecJson() {}

    static String write(MigrationSpec spec) {
        return MAPPER.writeValueAsString(spec);
    }

    static MigrationSpec read(String json) {
        return MAPPER.readValue(json, MigrationSpec.class);
    }

    static String write(SetSpec spec) {
        return MAPPER.writeValueAsString(spec);
    }

    static SetSpec readSet(String json) {
        return MAPPER.readValue(json, SetSpec.class);
    }

    static String write(Bounds bounds) {
        return MAPPER.writerFor(Bounds.class).writeValueAsString(bounds);
    }

    static Bounds readBounds(String json) {
        return MAPPER.readValue(json, Bounds.class);
    }

    static String write(Inventory inventory) {
        return MAPPER.writeValueAsString(inventory);
    }

    static Inventory readInventory(String json) {
        return MAPPER.readValue(json, Inventory.class);
    }
}
