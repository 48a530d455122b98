package dev.kalends.maintain;

import dev.kalends.failure.FailureCode;
import dev.kalends.plan.MaintenanceStep;
import dev.kalends.sql.QualifiedName;
import java.util.List;

/// What a tick did for one table, and what it left.
///
/// @param planned what would be done; empty in a tick that acts
/// @param done what was done, one sentence each
/// @param waiting what would remove rows and waits for a yes
/// @param stays partitions whose time has come and that stay
/// @param notes what somebody should know
/// @param failures what went wrong; the next tick tries again
public record SetReport(
        QualifiedName table,
        List<MaintenanceStep> planned,
        List<String> done,
        List<MaintenanceStep> waiting,
        List<Stay> stays,
        List<String> notes,
        List<Failure> failures) {
    public SetReport {
        planned = List.copyOf(planned);
        done = List.copyOf(done);
        waiting = List.copyOf(waiting);
        stays = List.copyOf(stays);
        notes = List.copyOf(notes);
        failures = List.copyOf(failures);
    }

    /// A partition whose time has come and that stays.
    public record Stay(QualifiedName partition, String reason) {}

    /// Something that went wrong.
    public record Failure(FailureCode code, String what) {}

    /// Whether there is nothing to tell.
    public boolean quiet() {
        return planned.isEmpty()
                && done.isEmpty()
                && waiting.isEmpty()
                && stays.isEmpty()
                && notes.isEmpty()
                && failures.isEmpty();
    }
}
