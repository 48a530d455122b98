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

/// One reading of files in the plan of a query.
///
/// @param columns that are read, by their place in the files
/// @param filters conditions that every row meets that counts, as DuckDB's parser says them
/// @param filtered columns of these
record Scan(ColdGroup group, Set<Integer> columns, List<JsonNode> filters, Set<Integer> filtered) {
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
    static List<Scan> of(QueryEngine engine, Question question, List<ColdGroup> groups) {
        String plan = engine.rows("EXPLAIN (FORMAT json) " + question.sql()).getFirst().getLast();
        List<Scan> scans = new ArrayList<>();
        collect(engine, JSON.readTree(plan), groups, scans);
        return scans;
    }

    private static void collect(
            QueryEngine engine, JsonNode node, List<ColdGroup> groups, List<Scan> scans) {
        if (node.isObject()) {
            JsonNode info = node.path("extra_info");
            String name = info.path("Table").asString("");
            for (ColdGroup group : groups) {
                if (name.endsWith(group.standIn())) {
                    scans.add(scan(engine, info, group));
                }
            }
        }
        node.forEach(each -> collect(engine, each, groups, scans));
    }

    private static Scan scan(QueryEngine engine, JsonNode info, ColdGroup group) {
        Set<Integer> columns = new TreeSet<>();
        boolean known = info.has("Projections");
        for (String name : texts(info.path("Projections"))) {
            known &= add(name, group, columns);
        }
        List<String> texts = texts(info.path("Filters"));
        Set<Integer> filtered = new TreeSet<>();
        List<JsonNode> filters = new ArrayList<>();
        if (known && !texts.isEmpty()) {
            JsonNode parsed = parsed(engine, texts);
            JsonNode list = parsed.path("statements").path(0).path("node").path("select_list");
            known = list.size() == texts.size();
            list.forEach(filters::add);
            known &= columnsOf(list, group, filtered);
        }
        if (!known) {
            // All of it, since nothing says what.
            return new Scan(group, all(group), List.of(), all(group));
        }
        columns.addAll(filtered);
        return new Scan(group, columns, filters, filtered);
    }

    private static Set<Integer> all(ColdGroup group) {
        return IntStream.range(0, group.columns().size()).boxed().collect(Collectors.toSet());
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
    private static boolean columnsOf(JsonNode node, ColdGroup group, Set<Integer> columns) {
        boolean known = true;
        if (node.path("class").asString("").equals("COLUMN_REF")) {
            JsonNode names = node.path("column_names");
            known = names.size() == 1 && add(names.get(0).asString(""), group, columns);
        }
        for (JsonNode each : node) {
            known &= columnsOf(each, group, columns);
        }
        return known;
    }

    private static boolean add(String name, ColdGroup group, Set<Integer> columns) {
        Matcher matcher = COLUMN.matcher(name);
        if (!matcher.matches()) {
            return false;
        }
        int column = Integer.parseInt(matcher.group(1));
        columns.add(column);
        return column < group.columns().size();
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
