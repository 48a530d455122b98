package dev.kalends.archive.seal;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A command of the shell that prints a key. What it prints on stdout is shown to nobody and
/// touches no disk.
record KeyCommand(String command, Duration limit) {
    static final Duration LIMIT = Duration.ofSeconds(30);

    private static final int OUTPUT_BYTES_MAX = 4096;
    private static final int ERRORS_SHOWN_MAX = 1000;

    ArchiveKey run() {
        Process process;
        try {
            process = new ProcessBuilder("sh", "-c", command).start();
            process.outputWriter(StandardCharsets.UTF_8).close();
        } catch (IOException e) {
            throw failure("cannot be started: " + e.getMessage(), e);
        }
        try {
            return key(process);
        } catch (TimeoutException e) {
            throw failure("gave no key within %d s.".formatted(limit.toSeconds()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("was interrupted.", e);
        } catch (ExecutionException e) {
            throw failure("broke off: " + e.getCause(), e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private ArchiveKey key(Process process)
            throws TimeoutException, InterruptedException, ExecutionException {
        FutureTask<String> output = reading(process.getInputStream());
        FutureTask<String> errors = reading(process.getErrorStream());
        if (!process.waitFor(limit)) {
            throw new TimeoutException();
        }
        String printed = output.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (process.exitValue() != 0) {
            String said = errors.get(limit.toMillis(), TimeUnit.MILLISECONDS).strip();
            throw failure(
                    "ended with %d%s"
                            .formatted(
                                    process.exitValue(),
                                    said.isEmpty()
                                            ? " and said nothing on stderr."
                                            : ": "
                                                    + said.substring(
                                                            0,
                                                            Math.min(
                                                                    said.length(),
                                                                    ERRORS_SHOWN_MAX))),
                    null);
        }
        try {
            return ArchiveKey.parse(printed);
        } catch (IllegalArgumentException e) {
            throw failure("printed no key: %s.".formatted(e.getMessage()), null);
        }
    }

    /// Both are read at once, or a full pipe would hold the command up.
    private static FutureTask<String> reading(InputStream in) {
        FutureTask<String> reading =
                new FutureTask<>(() -> {
                    byte[] first = in.readNBytes(OUTPUT_BYTES_MAX);
                    in.transferTo(OutputStream.nullOutputStream());
                    return new String(first, StandardCharsets.UTF_8);
                });
        Thread.ofVirtual().start(reading);
        return reading;
    }

    private static KalendsException failure(String what, @Nullable Throwable cause) {
        return new KalendsException(
                FailureCode.ARCHIVE_KEY,
                "The command of archive.encryption.keyCommand " + what,
                "Nothing was read or written.",
                "Run the command by hand. It must print Base64 of 32 bytes on stdout, and end with 0.",
                cause);
    }
}
