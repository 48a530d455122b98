package dev.kalends.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// With which keys the archive is encrypted before it leaves. Exactly one of `key` and `keyCommand`
/// says the current one.
///
/// @param key a secret: Base64 of 32 bytes
/// @param keyCommand for the shell; prints such a key
/// @param oldKeys secrets that are accepted for reading still
public record EncryptionConfig(
        @Nullable String key, @Nullable String keyCommand, List<String> oldKeys) {
    public EncryptionConfig {
        oldKeys = List.copyOf(oldKeys);
    }

    /// Leaves the keys out.
    @Override
    public String toString() {
        return "EncryptionConfig[%s, oldKeys=%d]"
                .formatted(key == null ? "by a command" : "by a key", oldKeys.size());
    }
}
