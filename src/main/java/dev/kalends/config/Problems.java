package dev.kalends.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/// Collects what is wrong with one file, so that it is all reported together.
final class Problems {
    private final String file;
    private final List<Problem> found = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    void ofFile(String message) {
        found.add(new Problem(file, 0, 0, "", message));
    }

    void at(Node node, String path, String message) {
        at(node.getStartMark(), path, message);
    }

    void at(Optional<Mark> mark, String path, String message) {
        int line = mark.map(place -> place.getLine() + 1).orElse(0);
        int column = mark.map(place -> place.getColumn() + 1).orElse(0);
        found.add(new Problem(file, line, column, path, message));
    }

    void throwIfAny() throws ConfigException {
        if (!found.isEmpty()) {
            throw new ConfigException(found);
        }
    }
}
