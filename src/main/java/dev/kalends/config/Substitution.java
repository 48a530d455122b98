package dev.kalends.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Replaces `${env:NAME}` and `${file:path}`, which is how secrets stay out of the file; `$${`
/// stands for `${` itself. What was put in is text: it is not looked through again.
///
/// @param directory where relative paths begin
record Substitution(Path directory, Map<String, String> environment) {
    /// Secrets are short; a longer file is a wrong path.
    static final int FILE_BYTES_MAX = 64 * 1024;

    private static final Pattern SLOT = Pattern.compile("\\$\\$\\{|\\$\\{(?:([^}]*)\\})?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final String HOW =
            "write ${env:NAME} or ${file:path}, and $${ for the characters ${ themselves";

    Substitution {
        environment = Map.copyOf(environment);
    }

    /// @param problems is told everything that is missing, by name and never by value
    /// @return null if there was a problem
    @Nullable String expand(String raw, Consumer<String> problems) {
        StringBuilder expanded = new StringBuilder();
        boolean complete = true;
        Matcher slot = SLOT.matcher(raw);
        while (slot.find()) {
            String value = slot.group().equals("$${") ? "${" : value(slot.group(1), problems);
            complete &= value != null;
            slot.appendReplacement(expanded, Matcher.quoteReplacement(value == null ? "" : value));
        }
        slot.appendTail(expanded);
        return complete ? expanded.toString() : null;
    }

    private @Nullable String value(@Nullable String reference, Consumer<String> problems) {
        if (reference == null) {
            problems.accept("${ without }; " + HOW);
            return null;
        }
        if (reference.startsWith("file:")) {
            return content(reference.substring("file:".length()), problems);
        }
        String name = reference.startsWith("env:") ? reference.substring("env:".length()) : "";
        if (!NAME.matcher(name).matches()) {
            // Not repeated: it may hold a secret, as in ${env:PASSWORD:-secret}.
            problems.accept("unknown substitution; " + HOW);
            return null;
        }
        String value = environment.get(name);
        if (value == null) {
            problems.accept("the environment variable %s is not set".formatted(name));
        }
        return value;
    }

    private @Nullable String content(String path, Consumer<String> problems) {
        try {
            Path file = directory.resolve(path);
            if (!Files.isRegularFile(file)) {
                problems.accept("there is no file %s".formatted(file));
                return null;
            }
            byte[] bytes;
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes(FILE_BYTES_MAX + 1);
            }
            if (bytes.length > FILE_BYTES_MAX) {
                problems.accept(
                        "the file %s has more than %d bytes".formatted(file, FILE_BYTES_MAX));
                return null;
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString()
                    .stripTrailing();
        } catch (CharacterCodingException e) {
            problems.accept("the file %s is not in UTF-8".formatted(path));
        } catch (IOException | InvalidPathException e) {
            problems.accept(
                    "cannot read the file %s: %s".formatted(path, e.getClass().getSimpleName()));
        }
        return null;
    }
}
