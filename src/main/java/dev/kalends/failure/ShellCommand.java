package dev.kalends.failure;

import dev.kalends.sql.QualifiedName;
import java.util.regex.Pattern;

/// Commands of this program as they can be pasted into a shell.
public final class ShellCommand {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_]+");
    private static final Pattern SHELL_SAFE = Pattern.compile("[A-Za-z0-9_./:=,+-]+");

    private ShellCommand() {}

    /// "kalends switch ConversationMessage"
    public static String of(String command, QualifiedName table) {
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

    /// One word of a shell command, quoted where needed.
    public static String word(String text) {
        return SHELL_SAFE.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
