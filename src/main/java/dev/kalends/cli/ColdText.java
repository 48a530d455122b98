package dev.kalends.cli;

import dev.kalends.archive.cold.Answer;
import dev.kalends.archive.cold.Answer.Column;
import dev.kalends.archive.cold.Answer.Kind;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/// The rows of a query, printed.
final class ColdText {
    private static final JsonMapper JSON =
            JsonMapper.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private final Answer answer;
    private final List<Column> columns;
    private final PrintStream out;

    ColdText(Answer answer, PrintStream out) {
        this.answer = answer;
        this.columns = answer.columns();
        this.out = out;
    }

    void print(Output output) {
        switch (output) {
            case TEXT, TABLE -> table();
            case CSV -> csv();
            case JSON -> json();
            case PARQUET -> throw new IllegalStateException("DuckDB writes that");
        }
        out.flush();
    }

    /// As psql aligns it; numbers stand to the right.
    private void table() {
        List<Integer> widths = new ArrayList<>();
        columns.forEach(each -> widths.add(width(shown(each.name()))));
        answer.each(row -> {
            for (int i = 0; i < row.size(); i++) {
                widths.set(i, Math.max(widths.get(i), width(shown(row.get(i)))));
            }
        });
        line(columns.stream().<@Nullable String>map(Column::name).toList(), widths);
        out.println(String.join("-+-", widths.stream().map("-"::repeat).toList()));
        answer.each(row -> line(row, widths));
        out.println(answer.rows() == 1 ? "(1 row)" : "(%d rows)".formatted(answer.rows()));
    }

    private void line(List<@Nullable String> values, List<Integer> widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            String value = shown(values.get(i));
            String blanks = " ".repeat(widths.get(i) - width(value));
            line.append(i == 0 ? "" : " | ");
            line.append(columns.get(i).kind() == Kind.NUMBER ? blanks + value : value + blanks);
        }
        out.println(line.toString().stripTrailing());
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    /// On one line, and without what would steer a terminal.
    static String shown(@Nullable String value) {
        if (value == null) {
            return "";
        }
        if (value.chars().noneMatch(Character::isISOControl)) {
            return value;
        }
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char each = value.charAt(i);
            switch (each) {
                case '\n' -> shown.append("\\n");
                case '\r' -> shown.append("\\r");
                case '\t' -> shown.append("\\t");
                default -> {
                    if (Character.isISOControl(each)) {
                        shown.append(String.format(Locale.ROOT, "\\x%02x", (int) each));
                    } else {
                        shown.append(each);
                    }
                }
            }
        }
        return shown.toString();
    }

    /// As PostgreSQL's COPY writes it: nothing is null, two quotes are empty text.
    private void csv() {
        csv(columns.stream().<@Nullable String>map(Column::name).toList());
        answer.each(this::csv);
    }

    private void csv(List<@Nullable String> values) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            line.append(i == 0 ? "" : ",").append(field(values.get(i)));
        }
        out.append(line).append('\n');
    }

    static String field(@Nullable String value) {
        if (value == null) {
            return "";
        }
        boolean plain =
                !value.isEmpty() && value.chars().noneMatch(each -> ",\"\r\n".indexOf(each) >= 0);
        return plain ? value : '"' + value.replace("\"", "\"\"") + '"';
    }

    /// An array of objects. Numbers have all their digits; what JSON has no number for is text.
    private void json() {
        List<String> names = names();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartArray();
            answer.each(row -> {
                json.writeRaw('\n');
                json.writeStartObject();
                for (int i = 0; i < row.size(); i++) {
                    json.writeName(names.get(i));
                    value(json, columns.get(i).kind(), row.get(i));
                }
                json.writeEndObject();
            });
            json.writeRaw('\n');
            json.writeEndArray();
        }
        out.println();
    }

    private static void value(JsonGenerator json, Kind kind, @Nullable String value) {
        if (value == null) {
            json.writeNull();
        } else if (kind == Kind.BOOLEAN) {
            json.writeBoolean(value.equals("t"));
        } else if (kind == Kind.NUMBER && Character.isDigit(value.charAt(value.length() - 1))) {
            json.writeNumber(value);
        } else {
            json.writeString(value);
        }
    }

    /// An object has each name once.
    private List<String> names() {
        Set<String> taken = new HashSet<>();
        List<String> names = new ArrayList<>();
        for (Column column : columns) {
            String name = column.name();
            for (int i = 2; !taken.add(name); i++) {
                name = column.name() + "_" + i;
            }
            names.add(name);
        }
        return names;
    }
}
