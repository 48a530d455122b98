package dev.kalends.store;

/// What may be a key.
final class ObjectKey {
    private ObjectKey() {}

    /// The key itself, if no segment of it is empty or leads elsewhere.
    static String checked(String key) {
        for (String segment : key.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw new IllegalArgumentException("Cannot use \"%s\" as a key".formatted(key));
            }
        }
        return key;
    }
}
