package dev.kalends.carry;

import dev.kalends.sql.Identifier;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/// Names for what belongs to a partition.
public final class Names {
    private Names() {}

    /// The name itself, or one of at most 63 bytes that ends with a checksum of the whole.
    public static Identifier shortened(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= Identifier.MAX_BYTES) {
            return Identifier.of(name);
        }
        CRC32 crc = new CRC32();
        crc.update(bytes);
        String hash = "_%08x".formatted(crc.getValue());
        String cut = name;
        while (cut.getBytes(StandardCharsets.UTF_8).length + hash.length() > Identifier.MAX_BYTES) {
            cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -1));
        }
        return Identifier.of(cut + hash);
    }
}
