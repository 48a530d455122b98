package dev.kalends.journal;

import dev.kalends.catalog.Inventory;
import dev.kalends.plan.MigrationSpec;
import tools.jackson.databind.json.JsonMapper;

/// Specs and inventories as JSON text, for the journal.
final class SpecJson {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private SpecJson() {}

    static String write(MigrationSpec spec) {
        return MAPPER.writeValueAsString(spec);
    }

    static MigrationSpec read(String json) {
        return MAPPER.readValue(json, MigrationSpec.class);
    }

    static String write(Inventory inventory) {
        return MAPPER.writeValueAsString(inventory);
    }

    static Inventory readInventory(String json) {
        return MAPPER.readValue(json, Inventory.class);
    }
}
