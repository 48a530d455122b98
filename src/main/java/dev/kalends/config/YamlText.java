package dev.kalends.config;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// Turns text into YAML nodes, which know their positions. No node becomes a Java object here, so
/// tags can create none.
final class YamlText {
    static final int CHARACTERS_MAX = 256 * 1024;
    static final int DEPTH_MAX = 20;
    static final int ALIASES_MAX = 100;

    /// Duplicate keys are found later, so that they are reported along with everything else.
    private static final LoadSettings SETTINGS =
            LoadSettings.builder()
                    .setSchema(new CoreSchema())
                    .setAllowDuplicateKeys(true)
                    .setCodePointLimit(CHARACTERS_MAX)
                    .build();

    private YamlText() {}

    /// @return null if the text is empty or there was a problem, which is then reported
    static @Nullable Node compose(String text, Problems problems) {
        if (text.length() > CHARACTERS_MAX) {
            problems.ofFile("has more than %d characters".formatted(CHARACTERS_MAX));
            return null;
        }
        try {
            if (isTooComplex(text, problems)) {
                return null;
            }
            Optional<Node> node = new Compose(SETTINGS).composeString(text);
            if (node.isEmpty()) {
                problems.ofFile("is empty; docs/configuration.md has an example to begin with");
            }
            return node.orElse(null);
        } catch (MarkedYamlEngineException e) {
            String context = e.getContext() == null ? "" : e.getContext() + ": ";
            problems.at(
                    e.getProblemMark(),
                    "",
                    "no valid YAML: %s%s (text with one of { } [ ] , # & * ! | > @ ` or a colon in it may need quotes)"
                            .formatted(context, e.getProblem()));
        } catch (YamlEngineException e) {
            problems.ofFile("no valid YAML: " + e.getMessage());
        }
        return null;
    }

    /// Composing recurses into nested nodes, so what would exhaust the stack is refused before.
    private static boolean isTooComplex(String text, Problems problems) {
        int depth = 0;
        int aliases = 0;
        for (Event event : new Parse(SETTINGS).parseString(text)) {
            switch (event.getEventId()) {
                case MappingStart, SequenceStart -> depth++;
                case MappingEnd, SequenceEnd -> depth--;
                case Alias -> aliases++;
                default -> {}
            }
            if (depth > DEPTH_MAX) {
                problems.at(
                        event.getStartMark(),
                        "",
                        "is nested more than %d deep".formatted(DEPTH_MAX));
                return true;
            }
            if (aliases > ALIASES_MAX) {
                problems.at(
                        event.getStartMark(),
                        "",
                        "has more than %d aliases".formatted(ALIASES_MAX));
                return true;
            }
        }
        return false;
    }
}
