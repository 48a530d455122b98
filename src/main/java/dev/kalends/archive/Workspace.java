package dev.kalends.archive;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A folder for files under way, gone with what is in it when it is closed.
public final class Workspace implements AutoCloseable {
    private final Path folder;

    private Workspace(Path folder) {
        this.folder = folder;
    }

    public static Workspace create() {
        try {
            return new Workspace(Files.createTempDirectory("kalends-archive-").toRealPath());
        } catch (IOException e) {
            throw failed("make a folder for temporary files", e);
        }
    }

    public Path folder() {
        return folder;
    }

    public Path file(String name) {
        return folder.resolve(name);
    }

    public static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failed("remove " + file, e);
        }
    }

    public static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw failed("read " + file, e);
        }
    }

    public static KalendsException failed(String deed, IOException cause) {
        return new KalendsException(
                FailureCode.STORE_FAILED,
                "Cannot %s: %s".formatted(deed, cause),
                "Nothing in the database was changed.",
                "Look at the space and the rights of the folder for temporary files (TMPDIR). Run the same command again.",
                cause);
    }

    /// Removes what is in it.
    void empty() {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
            for (Path each : all) {
                if (!each.equals(folder)) {
                    Files.deleteIfExists(each);
                }
            }
        } catch (IOException e) {
            throw failed("empty " + folder, e);
        }
    }

    @Override
    public void close() {
        empty();
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw failed("remove " + folder, e);
        }
    }
}
