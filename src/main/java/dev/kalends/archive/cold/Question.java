package dev.kalends.archive.cold;

import dev.kalends.archive.duckdb.QueryEngine;
import dev.kalends.archive.duckdb.QueryFailure;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A query that was found to be one statement that reads tables and nothing else. DuckDB's own
/// parser says what is in it.
///
/// @param tables as the query names them: parts of each name, without quotes
/// @param own names that the query gives itself (`WITH`), in lower case
record Question(String sql, Set<List<String>> tables, Set<String> own) {
    private static final JsonMapper JSON = new JsonMapper();

    /// The only functions that may stand where a table does.
    private static final Set<String> TABLE_FUNCTIONS = Set.of("range", "generate_series", "unnest");

    /// What tells about the process, or waits.
    private static final Set<String> REFUSED_FUNCTIONS =
            Set.of(
                    "current_query",
                    "current_setting",
                    "getenv",
                    "getvariable",
                    "json_serialize_plan",
                    "nextval",
                    "sleep_ms",
                    "write_log");

    private static final Set<String> TABLES =
            Set.of(
                    "BASE_TABLE",
                    "COLUMN_DATA",
                    "CTE",
                    "EMPTY",
                    "EXPRESSION_LIST",
                    "JOIN",
                    "PIVOT",
                    "SUBQUERY",
                    "TABLE_FUNCTION");

    Question {
        tables = Set.copyOf(tables);
        own = Set.copyOf(own);
    }

    /// Whether a name may be one that the query gives itself.
    boolean mayBeOwn(List<String> name) {
        return name.size() == 1 && own.contains(name.getFirst().toLowerCase(Locale.ROOT));
    }

    /// @throws KalendsException QUERY_FAILED if it cannot be read, REFUSED if it does anything else
    static Question of(QueryEngine engine, String sql) {
        JsonNode parsed;
        try {
            parsed =
                    JSON.readTree(
                            engine.rows("SELECT json_serialize_sql(CAST(? AS VARCHAR))", sql)
                                    .getFirst()
                                    .getFirst());
        } catch (QueryFailure e) {
            throw ColdFailures.of(e);
        }
        if (parsed.path("error").asBoolean()) {
            if (parsed.path("error_type").asString("").equals("not implemented")) {
                throw refused("It is no SELECT, WITH or VALUES");
            }
            JsonNode position = parsed.path("position");
            throw ColdFailures.query(
                    parsed.path("error_message").asString("")
                            + (position.isMissingNode()
                                    ? ""
                                    : ", after %s characters".formatted(position.asString("")))
                            + ".",
                    null);
        }
        JsonNode statements = parsed.path("statements");
        if (statements.size() != 1) {
            throw refused("It has %d statements".formatted(statements.size()));
        }
        JsonNode statement = statements.get(0);
        if (!statement.path("named_param_map").isEmpty()) {
            throw refused("It has parameters");
        }
        Set<List<String>> names = new LinkedHashSet<>();
        Set<String> own = new LinkedHashSet<>();
        walk(statement, names, own);
        return new Question(sql, names, own);
    }

    /// @param own names that the query gives itself, in lower case
    private static void walk(JsonNode node, Set<List<String>> names, Set<String> own) {
        if (node.isObject()) {
            look(node, names, own);
        }
        node.forEach(each -> walk(each, names, own));
    }

    private static void look(JsonNode node, Set<List<String>> names, Set<String> own) {
        String type = node.path("type").asString("");
        if (node.has("from_table")
                && !TABLES.contains(node.path("from_table").path("type").asString(""))) {
            throw refused("It reads something that is no table");
        }
        switch (type) {
            case "BASE_TABLE" -> names.add(path(node));
            case "SHOW_REF" -> throw refused("It is no SELECT, WITH or VALUES");
            case "TABLE_FUNCTION" -> {
                String function = function(node.path("function"));
                if (!TABLE_FUNCTIONS.contains(function)) {
                    throw refused("It uses %s(), which is no archived table".formatted(function));
                }
            }
            case "FUNCTION" -> {
                String function = function(node);
                if (REFUSED_FUNCTIONS.contains(function)) {
                    throw refused("It uses %s()".formatted(function));
                }
            }
            default -> {}
        }
        node.path("cte_map")
                .path("map")
                .forEach(each -> own.add(each.path("key").asString("").toLowerCase(Locale.ROOT)));
    }

    private static String function(JsonNode node) {
        return node.path("function_name").asString("").toLowerCase(Locale.ROOT);
    }

    private static List<String> path(JsonNode table) {
        List<String> parts = new ArrayList<>();
        table.path("qualified_name").path("path").forEach(each -> parts.add(each.asString("")));
        return parts;
    }

    private static KalendsException refused(String what) {
        return new KalendsException(
                FailureCode.REFUSED,
                "The query was not run. %s.".formatted(what),
                ColdFailures.UNCHANGED,
                "Write one SELECT, WITH or VALUES over archived tables.");
    }
}
