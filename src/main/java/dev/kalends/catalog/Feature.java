package dev.kalends.catalog;

/// One thing a table carries.
///
/// @param definition as the server renders it under `search_path = pg_catalog`; two equal texts
///   mean the same thing
public record Feature(FeatureKind kind, String name, String definition) {
    @Override
    public String toString() {
        return definition.isEmpty()
                ? kind.words() + " " + name
                : kind.words() + " " + name + ": " + definition;
    }
}
