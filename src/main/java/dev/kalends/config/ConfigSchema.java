package dev.kalends.config;

import dev.kalends.config.Key.Shape;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.databind.json.JsonMapper;

/// The JSON Schema of the file, with which editors complete and check it. It is stricter than the
/// reader in letter case and in keys without a value, and knows nothing of contradictions.
public final class ConfigSchema {
    /// Where the schema lies beside a file that names it.
    public static final String FILE = "kalends.schema.json";

    /// The first line of a file, for editors with a YAML language server.
    public static final String MODELINE = "# yaml-language-server: $schema=" + FILE;

    /// Text that says its value only when it is read.
    private static final Map<String, Object> SUBSTITUTED =
            ordered("type", "string", "pattern", "\\$\\{");

    private static final Map<Scalar<?>, String> PATTERNS =
            Map.of(
                    Scalar.SIZE, "^\\s*\\d+(\\.\\d+)?\\s*([kKMGTP]?[bB])\\s*$",
                    Scalar.DURATION, "^\\s*(\\d+(\\.\\d+)?\\s*[A-Za-z]+\\s*)+$",
                    Scalar.AGE, "^\\s*\\d{1,5}\\s*([dD]ays?|[wW]eeks?|[mM]onths?|[yY]ears?)\\s*$",
                    Scalar.WINDOW, "^\\s*\\d\\d:\\d\\d\\s*-\\s*\\d\\d:\\d\\d(\\s+\\S+)?\\s*$",
                    Scalar.CRON, "^\\s*\\S+(\\s+\\S+){4}\\s*$",
                    Scalar.STORE, "^(file:.+|s3://.+)$",
                    Scalar.STORAGE_CLASS, "^[A-Z][A-Z0-9_]*$",
                    Scalar.CURRENCY, "^[A-Z]{3}$",
                    Scalar.NAMES, "\\{period\\}");

    private ConfigSchema() {}

    /// The schema as JSON text, with a line feed at its end.
    public static String json() {
        Map<String, Object> root =
                ordered("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.put("title", "kalends.yaml");
        root.putAll(mapping(Section.ROOT));
        String text = new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(root);
        return text.replace(System.lineSeparator(), "\n") + "\n";
    }

    private static Map<String, Object> mapping(Section section) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (Key key : Keys.of(section)) {
            Map<String, Object> property = new LinkedHashMap<>();
            property.put("description", description(key));
            property.putAll(shape(key));
            properties.put(key.name(), property);
            if (key.presence() == Key.Presence.REQUIRED) {
                required.add(key.name());
            }
        }
        Map<String, Object> schema = ordered("type", "object", "additionalProperties", false);
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        schema.put("properties", properties);
        schema.putAll(conditions(section));
        return schema;
    }

    private static String description(Key key) {
        Limits<?> limits = key.limits();
        return limits == null ? key.meaning() : key.meaning() + " Allowed: " + limits.words() + ".";
    }

    private static Map<String, Object> shape(Key key) {
        return switch (key.shape()) {
            case Shape.Single(Scalar<?> kind, Limits<?> _) -> {
                Limits<?> limits = key.limits();
                yield limits == null ? value(kind) : limited(kind, limits);
            }
            case Shape.Either(Scalar<?> first, Scalar<?> second) -> {
                List<Object> both = new ArrayList<>(alternatives(first));
                both.addAll(alternatives(second));
                yield ordered("anyOf", both.stream().distinct().toList());
            }
            case Shape.Several(Scalar<?> kind) -> ordered("type", "array", "items", value(kind));
            case Shape.Mapping(Section section) -> mapping(section);
            case Shape.Mappings(Section section) ->
                    ordered("type", "array", "items", mapping(section));
            case Shape.Words(Scalar<?> kind) ->
                    ordered("type", "object", "additionalProperties", value(kind));
            case Shape.Lists(Scalar<?> kind) -> {
                Map<String, Object> list = ordered("type", "array", "items", value(kind));
                list.put("minItems", 1);
                yield ordered("type", "object", "additionalProperties", list);
            }
        };
    }

    private static Map<String, Object> value(Scalar<?> kind) {
        List<Map<String, Object>> all = alternatives(kind);
        return all.size() == 1 ? all.getFirst() : ordered("anyOf", all);
    }

    private static List<Map<String, Object>> alternatives(Scalar<?> kind) {
        if (!kind.words().isEmpty()) {
            return List.of(ordered("enum", kind.words()), SUBSTITUTED);
        }
        if (kind.tags().size() > 1) {
            List<String> types = kind.tags().stream().map(ConfigSchema::type).toList();
            return types.contains("string")
                    ? List.of(ordered("type", types))
                    : List.of(ordered("type", "number"), SUBSTITUTED);
        }
        String type = type(kind.tags().getFirst());
        if (!type.equals("string")) {
            return List.of(ordered("type", type), SUBSTITUTED);
        }
        String pattern = PATTERNS.get(kind);
        Map<String, Object> text = ordered("type", "string");
        if (pattern == null) {
            text.put("minLength", 1);
            return List.of(text);
        }
        text.put("pattern", pattern);
        return List.of(text, SUBSTITUTED);
    }

    private static Map<String, Object> limited(Scalar<?> kind, Limits<?> limits) {
        if (!(limits.min() instanceof Integer) && !(limits.min() instanceof BigDecimal)) {
            return value(kind);
        }
        Map<String, Object> number = new LinkedHashMap<>(alternatives(kind).getFirst());
        number.put("minimum", limits.min());
        number.put("maximum", limits.max());
        return ordered("anyOf", List.of(number, SUBSTITUTED));
    }

    private static String type(Tag tag) {
        if (tag.equals(Tag.INT)) {
            return "integer";
        } else if (tag.equals(Tag.FLOAT)) {
            return "number";
        }
        return tag.equals(Tag.BOOL) ? "boolean" : "string";
    }

    /// Which keys belong together.
    private static Map<String, Object> conditions(Section section) {
        return switch (section) {
            case PARTITION ->
                    ordered(
                            "allOf",
                            List.of(
                                    ifMethod("hash", List.of("partitions")),
                                    ifMethod("list", List.of("values")),
                                    ordered(
                                            "if",
                                            ordered("not", ordered("required", List.of("by"))),
                                            "then",
                                            ordered("required", List.of("every"))),
                                    ifMethod("range", List.of("every"))));
            case THEN ->
                    ordered(
                            "allOf",
                            List.of(
                                    ifMethod("hash", List.of("partitions")),
                                    ifMethod("list", List.of("values"))));
            case ENCRYPTION -> either("key", "keyCommand");
            case SMOKE -> either("sql", "command");
            default -> Map.of();
        };
    }

    private static Map<String, Object> either(String one, String other) {
        return ordered(
                "oneOf",
                List.of(ordered("required", List.of(one)), ordered("required", List.of(other))));
    }

    private static Map<String, Object> ifMethod(String method, List<String> required) {
        return ordered(
                "if",
                ordered(
                        "required",
                        List.of("by"),
                        "properties",
                        ordered("by", ordered("const", method))),
                "then",
                ordered("required", required));
    }

    private static Map<String, Object> ordered(String key, Object value) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(key, value);
        return map;
    }

    private static Map<String, Object> ordered(
            String key, Object value, String secondKey, Object secondValue) {
        Map<String, Object> map = ordered(key, value);
        map.put(secondKey, secondValue);
        return map;
    }
}
