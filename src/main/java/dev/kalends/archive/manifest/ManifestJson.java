package dev.kalends.archive.manifest;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Manifests as JSON.
public final class ManifestJson {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private ManifestJson() {}

    public static byte[] write(Manifest manifest) {
        return MAPPER.writeValueAsString(manifest).getBytes(StandardCharsets.UTF_8);
    }

    /// @param where for the message
    /// @throws KalendsException ARCHIVE_DAMAGED if it is no manifest, or of a newer format
    public static Manifest read(byte[] json, String where) {
        Manifest manifest;
        try {
            manifest = MAPPER.readValue(json, Manifest.class);
        } catch (JacksonException e) {
            throw damaged(where + " is no manifest: " + e.getOriginalMessage(), e);
        }
        if (manifest.format() > Manifest.FORMAT) {
            throw new KalendsException(
                    FailureCode.ARCHIVE_DAMAGED,
                    "%s has format %d; this program reads up to %d."
                            .formatted(where, manifest.format(), Manifest.FORMAT),
                    "Nothing was changed.",
                    "Use the newer Kalends that wrote it, or a later one.");
        }
        return manifest;
    }

    private static KalendsException damaged(String what, JacksonException cause) {
        return new KalendsException(
                FailureCode.ARCHIVE_DAMAGED,
                what,
                "Nothing was changed.",
                "Bring the object back from a version or a replica of the store.",
                cause);
    }
}
