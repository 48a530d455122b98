package dev.kalends.sql;

/// SQL that the user configured: a condition, or assignments. It goes into statements as it stands,
/// on lines of its own, so that a comment in it ends where it ends.
///
/// Nothing else may become one.
public record ConfiguredSql(String text) implements SqlPart {
    public ConfiguredSql {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("Cannot use SQL that contains the character NUL");
        }
    }

    @Override
    public String render() {
        return "\n" + text + "\n";
    }
}
