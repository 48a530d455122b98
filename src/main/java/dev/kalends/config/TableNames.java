package dev.kalends.config;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How people write the name of a table in configuration and on the command line.
public final class TableNames {
    private static final String DEFAULT_SCHEMA = "public";
    private static final Pattern PART = Pattern.compile("\"((?:[^\"]|\"\")+)\"|([^\".]+)");

    private TableNames() {}

    /// Reads `Event`, `audit.Event` or `audit."od.d"`. Unlike in SQL, letters keep their case
    /// without quotes; quotes are needed around a dot or a quote, which is then doubled.
    ///
    /// @return in the schema `public` if the text names none
    /// @throws IllegalArgumentException if the text is no name
    public static QualifiedName parse(String text) {
        String stripped = text.strip();
        List<String> parts = new ArrayList<>();
        Matcher part = PART.matcher(stripped);
        int at = 0;
        while (true) {
            if (!part.find(at) || part.start() != at) {
                throw unreadable(text, "quotes or dots are out of place");
            }
            String quoted = part.group(1);
            parts.add(quoted == null ? part.group(2) : quoted.replace("\"\"", "\""));
            if (part.end() == stripped.length()) {
                break;
            }
            if (stripped.charAt(part.end()) != '.') {
                throw unreadable(text, "quotes or dots are out of place");
            }
            at = part.end() + 1;
        }
        if (parts.size() > 2) {
            throw unreadable(text, "it has %d parts".formatted(parts.size()));
        }
        return parts.size() == 1
                ? new QualifiedName(new Identifier(DEFAULT_SCHEMA), new Identifier(parts.get(0)))
                : new QualifiedName(new Identifier(parts.get(0)), new Identifier(parts.get(1)));
    }

    private static IllegalArgumentException unreadable(String text, String why) {
        return new IllegalArgumentException(
                "Cannot read \"%s\" as a table: %s; write Event, audit.Event or audit.\"with.dot\""
                        .formatted(text, why));
    }
}
