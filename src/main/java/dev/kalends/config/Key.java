package dev.kalends.config;

import org.jspecify.annotations.Nullable;

/// One key of a section.
///
/// @param presence whether a section is complete without it
/// @param meaning one sentence, for editors
record Key(String name, Shape shape, Presence presence, String meaning) {
    /// Whether a section is complete without a key.
    enum Presence {
        REQUIRED,
        OPTIONAL
    }

    /// What stands behind a key.
    sealed interface Shape {
        /// One value.
        ///
        /// @param limits null if there are none
        record Single(Scalar<?> kind, @Nullable Limits<?> limits) implements Shape {}

        /// A value of either kind.
        record Either(Scalar<?> first, Scalar<?> second) implements Shape {}

        /// A list of values.
        record Several(Scalar<?> kind) implements Shape {}

        /// Keys.
        record Mapping(Section section) implements Shape {}

        /// A list of keys.
        record Mappings(Section section) implements Shape {}

        /// The user's own words, with a value behind each.
        record Words(Scalar<?> kind) implements Shape {}

        /// The user's own words, with a list behind each.
        record Lists(Scalar<?> kind) implements Shape {}
    }

    static Key optional(String name, Scalar<?> kind, String meaning) {
        return new Key(name, new Shape.Single(kind, null), Presence.OPTIONAL, meaning);
    }

    static Key required(String name, Scalar<?> kind, String meaning) {
        return new Key(name, new Shape.Single(kind, null), Presence.REQUIRED, meaning);
    }

    static Key limited(String name, Scalar<?> kind, Limits<?> limits, String meaning) {
        return new Key(name, new Shape.Single(kind, limits), Presence.OPTIONAL, meaning);
    }

    static Key optional(String name, Shape shape, String meaning) {
        return new Key(name, shape, Presence.OPTIONAL, meaning);
    }

    static Key required(String name, Shape shape, String meaning) {
        return new Key(name, shape, Presence.REQUIRED, meaning);
    }

    /// Null if the key has none.
    @Nullable Limits<?> limits() {
        return shape instanceof Shape.Single(Scalar<?> _, Limits<?> limits) ? limits : null;
    }
}
