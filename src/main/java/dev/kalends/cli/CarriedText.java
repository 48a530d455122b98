package dev.kalends.cli;

import dev.kalends.carry.InventoryComparison;

/// What became of what a table had, as people read it.
final class CarriedText {
    private CarriedText() {}

    /// `41 things, 2 changed as planned, 0 missing`
    static String line(InventoryComparison carried) {
        String line =
                "%d things, %d changed as planned, %d missing"
                        .formatted(
                                carried.unchanged() + carried.planned().size(),
                                carried.planned().size(),
                                carried.missing().size());
        return carried.added().isEmpty()
                ? line
                : line + ", %d added since by somebody".formatted(carried.added().size());
    }

    static void show(Screen screen, InventoryComparison carried) {
        screen.blank();
        screen.line("Carried over: " + line(carried));
        carried.planned().forEach(each -> screen.line("  changed  " + each));
        carried.missing().forEach(each -> screen.line("  missing  " + each));
        carried.added().forEach(each -> screen.line("  added    " + each));
    }
}
