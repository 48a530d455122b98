package dev.kalends.archive.cold;

import dev.kalends.archive.duckdb.QueryEngine;
import dev.kalends.archive.duckdb.QueryFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One reading of a table in the plan of a query.
///
/// @param columns that are read, by their place in the table
/// @param filters conditions that every row meets that counts, as DuckDB's parser says them
/// @param filtered columns of these
record Scan(ColdTable table, Set<Integer> columns, List<JsonNode> filters, Set<Integer> filtered) {
    private static final JsonMapper JSON = new JsonMapper();

    /// Text is kept; what DuckDB puts before a filter, and filters that are known only later, are
    /// no SQL.
    private static final Pattern NO_SQL =
            Pattern.compile("'(?:[^']|'')*'|(optional: )|(Dynamic Filter) \\(");

    private static final Pattern COLUMN = Pattern.compile("c(\\d+)");

    Scan {
        columns = Set.copyOf(columns);
        filters = List.copyOf(filters);
        filtered = Set.copyOf(filtered);
    }

    /// What a query reads, as DuckDB plans it over the stand-ins.
    ///
    /// @throws QueryFailure if DuckDB refuses the query
    static List<Scan> of(QueryEngine engine, Question question, List<ColdTable> tables) {
        String plan = engine.rows("EXPLAIN (FORMAT json) " + question.sql()).getFirst().getLast();
        List<Scan> scans = new ArrayList<>();
        collect(engine, JSON.readTree(plan), tables, scans);
        return scans;
    }

    private static void collect(
            QueryEngine engine, JsonNode node, List<ColdTable> tables, List<Scan> scans) {
        if (node.isObject()) {
            JsonNode info = node.path("extra_info");
            String name = info.path("Table").asString("");
            for (ColdTable table : tables) {
                if (name.endsWith(table.standIn())) {
                    scans.add(scan(engine, info, table));
                }
            }
        }
        node.forEach(each -> collect(engine, each, tables, scans));
    }

    private static Scan scan(QueryEngine engine, JsonNode info, ColdTable table) {
        Set<Integer> columns = new TreeSet<>();
        boolean known = info.has("Projections");
        for (String name : texts(info.path("Projections"))) {
            known &= add(name, table, columns);
        }
        List<String> texts = texts(info.path("Filters"));
        Set<Integer> filtered = new TreeSet<>();
        List<JsonNode> filters = new ArrayList<>();
        if (known && !texts.isEmpty()) {
            JsonNode parsed = parsed(engine, texts);
            JsonNode list = parsed.path("statements").path(0).path("node").path("select_list");
            known = list.size() == texts.size();
            list.forEach(filters::add);
            known &= columnsOf(list, table, filtered);
        }
        if (!known) {
            // All of it, since nothing says what.
            return new Scan(table, all(table), List.of(), all(table));
        }
        columns.addAll(filtered);
        return new Scan(table, columns, filters, filtered);
    }

    private static Set<Integer> all(ColdTable table) {
        return IntStream.range(0, table.columns().size()).boxed().collect(Collectors.toSet());
    }

    private static JsonNode parsed(QueryEngine engine, List<String> filters) {
        String select =
                "SELECT " + filters.stream().map(Scan::sql).collect(Collectors.joining(", "));
        return JSON.readTree(
                engine.rows("SELECT json_serialize_sql(CAST(? AS VARCHAR))", select)
                        .getFirst()
                        .getFirst());
    }

    static String sql(String filter) {
        return NO_SQL.matcher(filter)
                .replaceAll(each ->
                        each.group(1) != null
                                ? ""
                                : each.group(2) != null
                                        ? "dynamic("
                                        : Matcher.quoteReplacement(each.group()));
    }

    /// @return false if a name is no column of the stand-in
    private static boolean columnsOf(JsonNode node, ColdTable table, Set<Integer> columns) {
        boolean known = true;
        if (node.path("class").asString("").equals("COLUMN_REF")) {
            JsonNode names = node.path("column_names");
            known = names.size() == 1 && add(names.get(0).asString(""), table, columns);
        }
        for (JsonNode each : node) {
            known &= columnsOf(each, table, columns);
        }
        return known;
    }

    private static boolean add(String name, ColdTable table, Set<Integer> columns) {
        Matcher matcher = COLUMN.matcher(name);
        if (!matcher.matches()) {
            return false;
        }
        int column = Integer.parseInt(matcher.group(1));
        columns.add(column);
        return column < table.columns().size();
    }

    private static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(each -> texts.add(each.asString("")));
        } else if (!node.asString("").isEmpty()) {
            texts.add(node.asString(""));
        }
        return texts;
    }
}
