package dev.kalends.store;

/// A bucket, and where in it.
///
/// @param prefix empty, or ends with `/`
record S3Place(String bucket, String prefix) {
    private static final String SCHEME = "s3://";

    /// @param store `s3://bucket/prefix`
    static S3Place of(String store) {
        String rest = store.substring(SCHEME.length());
        int slash = rest.indexOf('/');
        String prefix = slash < 0 ? "" : rest.substring(slash + 1).replaceAll("^/+|/+$", "");
        return new S3Place(
                slash < 0 ? rest : rest.substring(0, slash), prefix.isEmpty() ? "" : prefix + "/");
    }

    /// The key as the bucket has it.
    String inBucket(String key) {
        return prefix + ObjectKey.checked(key);
    }

    /// The key as the archive has it.
    String relative(String inBucket) {
        return inBucket.substring(prefix.length());
    }

    /// "s3://bucket/prefix"
    String name() {
        String path = SCHEME + bucket + "/" + prefix;
        return path.substring(0, path.length() - 1);
    }
}
