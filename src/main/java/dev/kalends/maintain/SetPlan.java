package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.journal.PartitionSets;
import dev.kalends.plan.MaintenanceStep;
import java.util.List;

/// What is due for one table.
///
/// @param steps in the order in which they are to be done
/// @param stays partitions whose time has come and that stay, with the reason
/// @param notes what somebody should know
record SetPlan(
        PartitionSets.Maintained maintained,
        PartitionSet set,
        Policy policy,
        List<MaintenanceStep> steps,
        List<SetReport.Stay> stays,
        List<String> notes) {
    SetPlan {
        steps = List.copyOf(steps);
        stays = List.copyOf(stays);
        notes = List.copyOf(notes);
    }
}
