package dev.kalends.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Reads the keys of one mapping and reports every problem with its place. After a problem it goes
/// on with what would be there without the key. A key without a value counts as absent.
final class MappingReader {
    private final Section section;
    private final Node node;
    private final String path;
    private final Substitution substitution;
    private final Problems problems;
    private final Map<String, Node> values = new LinkedHashMap<>();

    private MappingReader(
            Section section,
            MappingNode node,
            String path,
            Substitution substitution,
            Problems problems) {
        this.section = section;
        this.node = node;
        this.path = path;
        this.substitution = substitution;
        this.problems = problems;
        Map<String, Node> seen = new LinkedHashMap<>();
        for (NodeTuple entry : node.getValue()) {
            take(entry, seen);
        }
    }

    /// @return null if the node is no mapping, which is then reported
    static @Nullable MappingReader open(
            Section section, Node node, String path, Substitution substitution, Problems problems) {
        if (node instanceof MappingNode mapping && mapping.getTag().equals(Tag.MAP)) {
            return new MappingReader(section, mapping, path, substitution, problems);
        }
        problems.at(
                node,
                path,
                "expected keys (%s), found %s"
                        .formatted(String.join(", ", section.keys()), describe(node)));
        return null;
    }

    /// @return null if the key is absent, or is no mapping, which is then reported
    @Nullable MappingReader section(String key, Section inner) {
        Node value = value(key);
        return value == null ? null : open(inner, value, pathOf(key), substitution, problems);
    }

    /// Each mapping of a list; those that are none are reported and left out.
    List<MappingReader> sections(String key, Section inner) {
        List<MappingReader> readers = new ArrayList<>();
        List<Node> items = items(key);
        for (int i = 0; i < items.size(); i++) {
            MappingReader reader =
                    open(inner, items.get(i), itemPath(key, i), substitution, problems);
            if (reader != null) {
                readers.add(reader);
            }
        }
        return readers;
    }

    /// @return null if the key is absent, or cannot be read, which is then reported
    <T> @Nullable T optional(String key, Scalar<T> kind) {
        Node value = value(key);
        return value == null ? null : read(value, pathOf(key), kind);
    }

    /// @return null if the key is absent or cannot be read, which is reported either way
    <T> @Nullable T required(String key, Scalar<T> kind) {
        reportIfMissing(key);
        return optional(key, kind);
    }

    /// @return null if the key is absent or is no mapping, which is reported either way
    @Nullable MappingReader requiredSection(String key, Section inner) {
        reportIfMissing(key);
        return section(key, inner);
    }

    <T> T orDefault(String key, Scalar<T> kind, T otherwise) {
        T value = optional(key, kind);
        return value == null ? otherwise : value;
    }

    <T extends Comparable<T>> T limited(String key, Scalar<T> kind, Limits<T> limits, T otherwise) {
        T value = limited(key, kind, limits);
        return value == null ? otherwise : value;
    }

    <T extends Comparable<T>> @Nullable T limited(String key, Scalar<T> kind, Limits<T> limits) {
        T value = optional(key, kind);
        if (value == null || limits.allow(value)) {
            return value;
        }
        report(key, "must be " + limits.words());
        return null;
    }

    /// Each value of a list; those that cannot be read are reported and left out.
    <T> List<T> list(String key, Scalar<T> kind) {
        List<T> values = new ArrayList<>();
        List<Node> items = items(key);
        for (int i = 0; i < items.size(); i++) {
            T value = read(items.get(i), itemPath(key, i), kind);
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    /// A mapping whose keys are the user's own words, in their order.
    ///
    /// @return empty if the key is absent, or is no mapping, which is then reported
    <T> Map<String, T> entries(String key, Scalar<T> kind) {
        Map<String, T> entries = new LinkedHashMap<>();
        for (NodeTuple entry : tuples(key)) {
            String name = ((ScalarNode) entry.getKeyNode()).getValue();
            T value = read(entry.getValueNode(), pathOf(key) + "." + name, kind);
            if (value != null) {
                entries.put(name, value);
            }
        }
        return entries;
    }

    /// The same with a list behind each key.
    <T> Map<String, List<T>> lists(String key, Scalar<T> kind) {
        Map<String, List<T>> entries = new LinkedHashMap<>();
        for (NodeTuple entry : tuples(key)) {
            String name = ((ScalarNode) entry.getKeyNode()).getValue();
            String at = pathOf(key) + "." + name;
            if (!(entry.getValueNode() instanceof SequenceNode sequence)) {
                problems.at(
                        entry.getValueNode(),
                        at,
                        "expected a list, found " + describe(entry.getValueNode()));
                continue;
            }
            List<T> values = new ArrayList<>();
            for (int i = 0; i < sequence.getValue().size(); i++) {
                T value = read(sequence.getValue().get(i), "%s[%d]".formatted(at, i), kind);
                if (value != null) {
                    values.add(value);
                }
            }
            entries.put(name, values);
        }
        return entries;
    }

    private List<NodeTuple> tuples(String key) {
        Node value = value(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof MappingNode mapping && mapping.getTag().equals(Tag.MAP)) {
            return mapping.getValue().stream()
                    .filter(entry -> entry.getKeyNode() instanceof ScalarNode)
                    .toList();
        }
        report(key, "expected keys, found " + describe(value));
        return List.of();
    }

    /// Whether a key is present and YAML takes its value for a whole number.
    boolean isNumber(String key) {
        Node value = value(key);
        return value != null && value.getTag().equals(Tag.INT);
    }

    boolean has(String key) {
        return value(key) != null;
    }

    /// Reports a problem with the value of a key that is present.
    void report(String key, String message) {
        Node value = value(key);
        problems.at(value == null ? node : value, pathOf(key), message);
    }

    /// Reports a problem with the mapping as a whole.
    void report(String message) {
        problems.at(node, path, message);
    }

    /// In which line the mapping begins; 1 is the first.
    int line() {
        return lineOf(node);
    }

    private void take(NodeTuple entry, Map<String, Node> seen) {
        // Settings of the engine refuse keys that are no scalars.
        Node keyNode = entry.getKeyNode();
        String key = keyNode instanceof ScalarNode scalar ? scalar.getValue() : "";
        Node first = seen.putIfAbsent(key, keyNode);
        if (first != null) {
            problems.at(
                    keyNode,
                    pathOf(key),
                    "duplicate key; it is in line %d already".formatted(lineOf(first)));
        } else if (!section.keys().contains(key)) {
            String near = NearestWord.of(key, section.keys());
            problems.at(
                    keyNode,
                    pathOf(key),
                    "unknown key; known: %s%s"
                            .formatted(
                                    String.join(", ", section.keys()),
                                    near == null ? "" : "; did you mean " + near + "?"));
        } else if (!entry.getValueNode().getTag().equals(Tag.NULL)) {
            values.put(key, entry.getValueNode());
        }
    }

    private @Nullable Node value(String key) {
        if (!section.keys().contains(key)) {
            throw new IllegalStateException("Section " + section + " does not list " + key);
        }
        return values.get(key);
    }

    private void reportIfMissing(String key) {
        if (value(key) == null) {
            problems.at(node, pathOf(key), "is missing");
        }
    }

    private List<Node> items(String key) {
        Node value = value(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof SequenceNode sequence && sequence.getTag().equals(Tag.SEQ)) {
            return sequence.getValue();
        }
        report(key, "expected a list, found " + describe(value));
        return List.of();
    }

    private <T> @Nullable T read(Node value, String at, Scalar<T> kind) {
        boolean text = value.getTag().equals(Tag.STR);
        if (!(value instanceof ScalarNode scalar)
                || !(text || kind.tags().contains(value.getTag()))) {
            problems.at(
                    value, at, "expected %s, found %s".formatted(kind.expected(), describe(value)));
            return null;
        }
        String raw = scalar.getValue();
        String expanded = substitution.expand(raw, message -> problems.at(value, at, message));
        if (expanded == null) {
            return null;
        }
        boolean substituted = !expanded.equals(raw);
        if (!kind.tags().contains(value.getTag()) && !substituted) {
            problems.at(value, at, "expected %s, found text".formatted(kind.expected()));
            return null;
        }
        try {
            return kind.reader().apply(expanded);
        } catch (IllegalArgumentException e) {
            // The reason repeats the value, which may be a secret if it came from elsewhere.
            problems.at(
                    value,
                    at,
                    substituted
                            ? "expected %s, and that is not what the substitution gives"
                                    .formatted(kind.expected())
                            : String.valueOf(e.getMessage()));
            return null;
        }
    }

    private String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private String itemPath(String key, int index) {
        return "%s[%d]".formatted(pathOf(key), index);
    }

    private static int lineOf(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    private static String describe(Node node) {
        Tag tag = node.getTag();
        if (tag.equals(Tag.MAP)) {
            return "keys";
        } else if (tag.equals(Tag.SEQ)) {
            return "a list";
        } else if (tag.equals(Tag.STR)) {
            return "text";
        } else if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
            return "a number";
        } else if (tag.equals(Tag.BOOL)) {
            return "true or false";
        } else if (tag.equals(Tag.NULL)) {
            return "nothing";
        }
        return "the tag " + tag.getValue();
    }
}
