package dev.kalends.archive.cold;

import dev.kalends.archive.duckdb.QueryEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Turns conditions on rows into a condition on what is known of many rows together: their least
/// and greatest value of a column, and whether some are null. Where it is false, no row of them
/// meets the conditions; whatever it does not understand counts as true.
///
/// It is SQL over `least`, `greatest`, `nulls` and `total`, of a row for each `col`.
final class Pruning {
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");
    private static final Set<String> TYPES =
            Set.of(
                    "SMALLINT",
                    "INTEGER",
                    "BIGINT",
                    "DATE",
                    "TIMESTAMP",
                    "TIMESTAMP WITH TIME ZONE",
                    "UUID",
                    "VARCHAR");
    private static final String TRUE = "true";

    private final List<String> types;

    /// @param types of the columns c0, c1, …
    Pruning(List<String> types) {
        this.types = List.copyOf(types);
    }

    String condition(List<JsonNode> filters) {
        return joined(filters.stream().map(this::condition).toList(), " AND ");
    }

    private static String joined(List<String> all, String by) {
        return all.isEmpty() ? TRUE : "(" + String.join(by, all) + ")";
    }

    private String condition(JsonNode node) {
        List<JsonNode> children = new ArrayList<>();
        node.path("children").forEach(children::add);
        return switch (node.path("type").asString("")) {
            case "CONJUNCTION_AND" ->
                    joined(children.stream().map(this::condition).toList(), " AND ");
            case "CONJUNCTION_OR" ->
                    joined(children.stream().map(this::condition).toList(), " OR ");
            case "COMPARE_IN" ->
                    joined(
                            children.stream()
                                    .skip(1)
                                    .map(each -> equal(children.getFirst(), each))
                                    .toList(),
                            " OR ");
            case "COMPARE_EQUAL" -> equal(node.path("left"), node.path("right"));
            case "COMPARE_LESSTHAN" -> compared("least", node, "<");
            case "COMPARE_LESSTHANOREQUALTO" -> compared("least", node, "<=");
            case "COMPARE_GREATERTHAN" -> compared("greatest", node, ">");
            case "COMPARE_GREATERTHANOREQUALTO" -> compared("greatest", node, ">=");
            case "COMPARE_BETWEEN" ->
                    "(%s AND %s)"
                            .formatted(
                                    compared(
                                            "greatest",
                                            node.path("input"),
                                            node.path("lower"),
                                            ">="),
                                    compared(
                                            "least", node.path("input"), node.path("upper"), "<="));
            case "OPERATOR_IS_NULL" -> nulls(children, "%s > 0");
            case "OPERATOR_IS_NOT_NULL" -> nulls(children, "%s < max(total)");
            default -> TRUE;
        };
    }

    private String equal(JsonNode column, JsonNode value) {
        return "(%s AND %s)"
                .formatted(
                        compared("least", column, value, "<="),
                        compared("greatest", column, value, ">="));
    }

    private String compared(String end, JsonNode node, String operator) {
        return compared(end, node.path("left"), node.path("right"), operator);
    }

    private String compared(String end, JsonNode columnNode, JsonNode value, String operator) {
        int column = column(columnNode);
        if (column < 0) {
            return TRUE;
        }
        String type = types.get(column);
        if (!TYPES.contains(type) && !type.startsWith("DECIMAL")) {
            return TRUE;
        }
        String constant = constant(value, type);
        return constant.isEmpty()
                ? TRUE
                : "coalesce(TRY_CAST(max(%s) FILTER (WHERE col = %d) AS %s) %s TRY_CAST(%s AS %s), true)"
                        .formatted(end, column, type, operator, constant, type);
    }

    private String nulls(List<JsonNode> children, String comparison) {
        int column = children.size() == 1 ? column(children.getFirst()) : -1;
        return column < 0
                ? TRUE
                : "coalesce(%s, true)"
                        .formatted(
                                comparison.formatted(
                                        "max(nulls) FILTER (WHERE col = %d)".formatted(column)));
    }

    /// @return -1 if it is no column
    private int column(JsonNode node) {
        if (!node.path("type").asString("").equals("COLUMN_REF")) {
            return -1;
        }
        String name =
                node.path("column_names")
                        .valueStream()
                        .map(each -> each.asString(""))
                        .collect(Collectors.joining("."));
        int column = name.matches("c\\d{1,6}") ? Integer.parseInt(name.substring(1)) : -1;
        return column < types.size() ? column : -1;
    }

    /// A literal of the column's own type.
    ///
    /// @return empty if it is anything else
    private static String constant(JsonNode node, String type) {
        if (node.path("type").asString("").equals("OPERATOR_CAST")) {
            return node.path("type_expr").path("type_name").asString("").equals(type)
                    ? constant(node.path("child"), type)
                    : "";
        }
        if (!node.path("type").asString("").equals("VALUE_CONSTANT")) {
            return "";
        }
        String text = node.path("literal").path("text").asString("");
        return switch (node.path("literal").path("kind").asString("")) {
            case "STRING" -> QueryEngine.literal(text);
            case "INTEGER", "DECIMAL", "FLOAT", "NUMBER", "NUMERIC" ->
                    NUMBER.matcher(text).matches() ? text : "";
            default -> "";
        };
    }
}
