package dev.kalends.plan;

import java.util.List;

/// All steps in order, with what they cost and what changes for the application.
///
/// @param consequences what the application will find different; one sentence each
/// @param estimate rows, bytes and disk as the statistics have them
public record Plan(
        MigrationSpec spec, List<Step> steps, List<String> consequences, Estimate estimate) {
    public Plan {
        steps = List.copyOf(steps);
        consequences = List.copyOf(consequences);
    }

    /// @param rows the planner's estimate
    /// @param copyBytes table data to be copied, with out-of-line values
    /// @param diskBytes room needed beside the old table until cleanup: the copy and its indexes
    public record Estimate(long rows, long copyBytes, long diskBytes) {}
}
