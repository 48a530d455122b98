package dev.kalends.prisma;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A block of a Prisma schema: `model X { … }` and its like.
///
/// @param kind model, enum, view, type, datasource or generator
/// @param first the number of its first line, from 0
/// @param last the number of the line with its closing brace
record PrismaBlock(String kind, String name, int first, int last, List<String> lines) {
    private static final Pattern HEADER =
            Pattern.compile(
                    "\\s*(model|enum|view|type|datasource|generator)\\s+(\\w+)\\s*\\{\\s*(//.*)?");
    private static final Pattern FIELD =
            Pattern.compile("\\s*(\\w+)\\s+(\\w+(?:\\(.*?\\))?)(\\[\\]|\\?)?(\\s+@.*)?(\\s*//.*)?");
    private static final Pattern MAP =
            Pattern.compile("@@map\\(\\s*(?:name:\\s*)?\"([^\"]*)\"\\s*\\)");
    private static final Pattern SCHEMA = Pattern.compile("@@schema\\(\\s*\"([^\"]*)\"\\s*\\)");
    private static final Pattern COLUMN =
            Pattern.compile("@map\\(\\s*(?:name:\\s*)?\"([^\"]*)\"\\s*\\)");

    /// A field of a model.
    ///
    /// @param line its number in the schema, from 0
    /// @param suffix `[]`, `?` or empty
    /// @param column its name in the database
    record Field(
            int line, String name, String type, String suffix, String attributes, String column) {}

    PrismaBlock {
        lines = List.copyOf(lines);
    }

    /// All blocks of a schema, in their order.
    static List<PrismaBlock> of(List<String> schema) {
        List<PrismaBlock> blocks = new ArrayList<>();
        for (int i = 0; i < schema.size(); i++) {
            Matcher header = HEADER.matcher(schema.get(i));
            if (!header.matches()) {
                continue;
            }
            int end = i;
            while (end < schema.size() - 1 && !schema.get(end).strip().startsWith("}")) {
                end++;
            }
            blocks.add(
                    new PrismaBlock(
                            header.group(1), header.group(2), i, end, schema.subList(i, end + 1)));
            i = end;
        }
        return blocks;
    }

    boolean is(String wanted) {
        return kind.equals(wanted);
    }

    /// The table's name in the database.
    String table() {
        return attribute(MAP, name);
    }

    /// The table's schema; null if the block names none.
    @Nullable String schema() {
        String found = attribute(SCHEMA, "");
        return found.isEmpty() ? null : found;
    }

    private String attribute(Pattern pattern, String otherwise) {
        for (String line : lines) {
            Matcher matcher = pattern.matcher(code(line));
            if (matcher.find()) {
                return matcher.group(1);
            }
        }
        return otherwise;
    }

    List<Field> fields() {
        List<Field> fields = new ArrayList<>();
        for (int i = 1; i < lines.size() - 1; i++) {
            String line = lines.get(i);
            Matcher field = FIELD.matcher(line);
            if (line.strip().startsWith("@@")
                    || line.strip().startsWith("//")
                    || !field.matches()) {
                continue;
            }
            String attributes = field.group(4) == null ? "" : code(field.group(4)).strip();
            Matcher column = COLUMN.matcher(attributes);
            fields.add(
                    new Field(
                            first + i,
                            field.group(1),
                            field.group(2),
                            field.group(3) == null ? "" : field.group(3),
                            attributes,
                            column.find() ? column.group(1) : field.group(1)));
        }
        return fields;
    }

    /// A line without its comment. Text in quotes may have slashes.
    static String code(String line) {
        boolean quoted = false;
        for (int i = 0; i + 1 < line.length(); i++) {
            if (line.charAt(i) == '"') {
                quoted = !quoted;
            } else if (!quoted && line.charAt(i) == '/' && line.charAt(i + 1) == '/') {
                return line.substring(0, i);
            }
        }
        return line;
    }
}
