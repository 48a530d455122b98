package dev.kalends.cli;

import dev.kalends.config.ContractConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What is wanted for a table, as `kalends.yaml` has it.
final class ConfigText {
    /// Text that YAML takes for text without quotes.
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private static final Set<String> NO_TEXT =
            Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

    private ConfigText() {}

    /// An item of `tables`, without indentation.
    static String entry(TableConfig wish) {
        List<String> lines = new ArrayList<>();
        lines.add("- table: " + scalar(name(wish.table())));
        lines.add("  partition: " + partition(wish.partition()));
        Map<Set<Identifier>, ContractConfig.Unique> uniques = wish.contract().uniques();
        if (!uniques.isEmpty()) {
            lines.add(
                    uniques.entrySet().stream()
                            .map(each ->
                                    "%s: %s"
                                            .formatted(
                                                    columns(each.getKey()), word(each.getValue())))
                            .sorted()
                            .collect(Collectors.joining(", ", "  unique: {", "}")));
        }
        ContractConfig.References references = wish.contract().references();
        if (references != null) {
            lines.add("  references: " + word(references));
        }
        if (!wish.layout().clusterBy().isEmpty()) {
            lines.add(
                    wish.layout().clusterBy().stream()
                            .map(column -> scalar(column.value()))
                            .collect(Collectors.joining(", ", "  layout: {clusterBy: [", "]}")));
        }
        return String.join("\n", lines);
    }

    /// In one line, for people: "partition by id, every month; unique id: guard".
    static String way(TableConfig wish) {
        String rest =
                wish.contract().uniques().entrySet().stream()
                        .map(each ->
                                "; unique %s: %s"
                                        .formatted(columns(each.getKey()), word(each.getValue())))
                        .sorted()
                        .collect(Collectors.joining());
        ContractConfig.References references = wish.contract().references();
        return "partition: "
                + partition(wish.partition())
                + rest
                + (references == null ? "" : "; references: " + word(references));
    }

    private static String partition(PartitionConfig partition) {
        String key = scalar(partition.key().value());
        return switch (partition) {
            case PartitionConfig.ByTime times ->
                    "{by: range, key: %s, every: %s%s%s}"
                            .formatted(
                                    key,
                                    times.every().word(),
                                    times.format() == null
                                            ? ""
                                            : ", format: " + scalar(times.format()),
                                    times.collation() == PartitionConfig.Collation.C
                                            ? ", collate: C"
                                            : "");
            case PartitionConfig.ByNumber numbers ->
                    "{by: range, key: %s, every: %d}".formatted(key, numbers.every());
            case PartitionConfig.ByHash hash ->
                    "{by: hash, key: %s, partitions: %d}".formatted(key, hash.partitions());
            case PartitionConfig.ByList list ->
                    "{by: list, key: %s, values: {%s}}"
                            .formatted(
                                    key,
                                    list.groups().stream()
                                            .map(group ->
                                                    "%s: [%s]"
                                                            .formatted(
                                                                    scalar(group.label()),
                                                                    group.values().stream()
                                                                            .map(ConfigText::scalar)
                                                                            .collect(
                                                                                    Collectors
                                                                                            .joining(
                                                                                                    ", "))))
                                            .collect(Collectors.joining(", ")));
        };
    }

    private static String columns(Set<Identifier> columns) {
        return scalar(
                columns.stream().map(Identifier::value).sorted().collect(Collectors.joining(", ")));
    }

    /// `ConversationMessage`, `audit.Event` or `audit."od.d"`.
    static String name(QualifiedName table) {
        String schema = table.schema().value();
        return schema.equals("public")
                ? part(table.name().value())
                : part(schema) + "." + part(table.name().value());
    }

    private static String part(String value) {
        boolean plain = value.indexOf('.') < 0 && value.indexOf('"') < 0;
        return plain && value.equals(value.strip())
                ? value
                : '"' + value.replace("\"", "\"\"") + '"';
    }

    /// A word of YAML, in double quotes where it could be taken for something else.
    static String scalar(String text) {
        boolean plain =
                PLAIN.matcher(text).matches() && !NO_TEXT.contains(text.toLowerCase(Locale.ROOT));
        return plain
                ? text
                : '"'
                        + text.replace("${", "$${")
                                .replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("\n", "\\n")
                                .replace("\t", "\\t")
                        + '"';
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
