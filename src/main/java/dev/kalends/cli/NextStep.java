package dev.kalends.cli;

import dev.kalends.app.MigrationStatus;
import dev.kalends.journal.Migration;
import dev.kalends.sql.QualifiedName;
import java.util.regex.Pattern;

/// What to run next, as it can be pasted into a shell.
final class NextStep {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_]+");
    private static final Pattern SHELL_SAFE = Pattern.compile("[A-Za-z0-9_./:=,+-]+");

    private NextStep() {}

    /// "kalends switch ConversationMessage"
    static String command(String command, QualifiedName table) {
        return "kalends " + command + " " + word(name(table));
    }

    /// A table as the command line reads it.
    private static String name(QualifiedName table) {
        String schema = table.schema().value();
        return schema.equals("public")
                ? part(table.name().value())
                : part(schema) + "." + part(table.name().value());
    }

    private static String part(String value) {
        return PLAIN.matcher(value).matches() ? value : '"' + value.replace("\"", "\"\"") + '"';
    }

    /// One word of a shell command.
    static String word(String text) {
        return SHELL_SAFE.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }

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
                            ? command("migrate", table)
                            : command("stop", table) + " to interrupt it";
            case READY_TO_SWITCH -> command("switch", table);
            case SWITCHED ->
                    migration.settled() == Migration.Settlement.UNSETTLED
                            ? command("switch", table)
                            : command("cleanup", table) + " or kalends rollback";
            case ROLLED_BACK -> command("cleanup", table);
            case COMPLETED -> "";
        };
    }
}
