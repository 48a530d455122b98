package dev.kalends.cli;

import dev.kalends.app.MigrationStatus;
import dev.kalends.failure.ShellCommand;
import dev.kalends.journal.Migration;
import dev.kalends.sql.QualifiedName;

/// What to run next, as it can be pasted into a shell.
final class NextStep {
    private NextStep() {}

    /// @return empty when nothing is left to do
    static String after(MigrationStatus status) {
        Migration migration = status.migration();
        QualifiedName table = migration.spec().table();
        if (migration.cleaned() == Migration.Remains.CLEANED) {
            return "";
        }
        return switch (migration.phase()) {
            case PREPARED, COPYING, INDEXING, CATCHING_UP, VALIDATING ->
                    status.holder().isEmpty()
                            ? ShellCommand.of("migrate", table)
                            : ShellCommand.of("stop", table) + " to interrupt it";
            case READY_TO_SWITCH -> ShellCommand.of("switch", table);
            case SWITCHED ->
                    migration.settled() == Migration.Settlement.UNSETTLED
                            ? ShellCommand.of("switch", table)
                            : ShellCommand.of("cleanup", table) + " or kalends rollback";
            case ROLLED_BACK -> ShellCommand.of("cleanup", table);
            case COMPLETED -> "";
        };
    }
}
