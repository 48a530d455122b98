package dev.kalends.sql;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/// A PostgreSQL name of one part, exactly as the catalog holds it: unquoted, case kept.
///
/// @param value 1 to 63 bytes in UTF-8, as `NAMEDATALEN` allows, without the character NUL
public record Identifier(String value) implements SqlPart, Comparable<Identifier> {
    /// Longest name the server keeps, in bytes; it would silently cut a longer one.
    public static final int MAX_BYTES = 63;

    private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_$]*");

    public Identifier {
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "Cannot use \"%s\" as a name: it has %d bytes, PostgreSQL allows 1 to 63"
                            .formatted(value, bytes));
        }
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("Cannot use a name that contains the character NUL");
        }
    }

    public static Identifier of(String value) {
        return new Identifier(value);
    }

    /// A name that may be too long: cut, with eight hexadecimal digits of its checksum at the end.
    public static Identifier shortened(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MAX_BYTES) {
            return new Identifier(name);
        }
        CRC32 crc = new CRC32();
        crc.update(bytes);
        String hash = "_%08x".formatted(crc.getValue());
        String cut = name;
        while (cut.getBytes(StandardCharsets.UTF_8).length + hash.length() > MAX_BYTES) {
            cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -1));
        }
        return new Identifier(cut + hash);
    }

    @Override
    public String render() {
        return '"' + value.replace("\"", "\"\"") + '"';
    }

    /// As people write it: quoted only when it has to be because of its characters.
    public String display() {
        return PLAIN.matcher(value).matches() ? value : render();
    }

    @Override
    public int compareTo(Identifier other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return display();
    }
}
