package dev.kalends.sql;

/// SQL that the server itself rendered (`pg_get_constraintdef`, `pg_get_indexdef`, `format_type`),
/// read under `search_path = pg_catalog` so that every name in it is qualified and quoted.
///
/// Nothing else may become one: it goes into statements as it stands.
public record ServerText(String text) implements SqlPart {
    public static ServerText of(String text) {
        return new ServerText(text);
    }

    static ServerText number(long number) {
        return new ServerText(Long.toString(number));
    }

    @Override
    public String render() {
        return text;
    }
}
