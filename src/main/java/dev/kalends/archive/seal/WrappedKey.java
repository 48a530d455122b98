package dev.kalends.archive.seal;

/// The key of one archive, encrypted; it may lie beside the archive for all to see.
///
/// @param method how the archive's files are encrypted
/// @param keyId which key opens this one; tells nothing about that key itself
/// @param wrappedKey Base64
public record WrappedKey(String method, String keyId, String wrappedKey) {}
