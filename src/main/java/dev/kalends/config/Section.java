package dev.kalends.config;

import java.util.List;

/// The mappings of the file, in the order of the reference. [Keys] has what each may hold.
enum Section {
    ROOT,
    TABLE,
    PARTITION,
    TIME_CHECK,
    THEN,
    LAYOUT,
    LIFECYCLE,
    UPDATE,
    COPY,
    SWITCH,
    THROTTLE,
    CLEANUP,
    SCHEDULE,
    ARCHIVE,
    ENCRYPTION,
    VIEW,
    VIEW_TLS,
    SMOKE,
    PRICES;

    /// The names of its keys.
    List<String> keys() {
        return Keys.of(this).stream().map(Key::name).toList();
    }
}
