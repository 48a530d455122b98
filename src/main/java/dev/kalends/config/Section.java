package dev.kalends.config;

import java.util.List;

/// The mappings of the file, with the keys each may have, in the order of the reference.
enum Section {
    ROOT,
    TABLE,
    PARTITION,
    TIME_CHECK,
    THEN,
    LAYOUT,
    COPY,
    SWITCH,
    THROTTLE,
    CLEANUP;

    List<String> keys() {
        return switch (this) {
            case ROOT ->
                    List.of(
                            "database",
                            "diskFree",
                            "tables",
                            "copy",
                            "switch",
                            "throttle",
                            "cleanup");
            case TABLE ->
                    List.of(
                            "table",
                            "partition",
                            "unique",
                            "references",
                            "withoutPrimaryKey",
                            "layout");
            case PARTITION ->
                    List.of(
                            "by",
                            "key",
                            "every",
                            "format",
                            "partitions",
                            "values",
                            "default",
                            "collate",
                            "timeCheck",
                            "then",
                            "ahead",
                            "timeZone",
                            "names");
            case TIME_CHECK -> List.of("column", "slack");
            case THEN -> List.of("by", "key", "partitions", "values");
            case LAYOUT -> List.of("clusterBy");
            case COPY -> List.of("sessions", "chunkBytes", "sortMemory");
            case SWITCH -> List.of("lockTimeout", "attempts", "retryPause", "rowsInLockMax");
            case THROTTLE -> List.of("replicaLag", "replicaLagBytes", "longTransaction", "window");
            case CLEANUP -> List.of("grace");
        };
    }
}
