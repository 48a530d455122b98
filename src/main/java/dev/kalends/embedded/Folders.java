package dev.kalends.embedded;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where unpacked servers and temporary data lie: one folder per user below the system's temporary
/// folder.
final class Folders {
    private static final Set<PosixFilePermission> READABLE =
            PosixFilePermissions.fromString("rwxr-xr-x");

    private Folders() {}

    /// The user's own folder. Refused when it belongs to somebody else, who could have planted
    /// binaries in it.
    static Path own() throws IOException {
        String user = System.getProperty("user.name");
        Path folder = Path.of(System.getProperty("java.io.tmpdir"), "kalends-" + user);
        create(folder);
        String owner = Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).getName();
        Set<PosixFilePermission> permissions =
                Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
        if (!owner.equals(user)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)
                || permissions.contains(PosixFilePermission.GROUP_WRITE)) {
            throw new IOException(
                    "Cannot keep servers in %s: it belongs to %s, or others may write to it"
                            .formatted(folder, owner));
        }
        return folder;
    }

    /// A new folder below the user's own one that the server's account may remove.
    static Path temporary(Account account) throws IOException {
        Path parent = own().resolve("data");
        if (!Files.isDirectory(parent)) {
            create(parent);
            account.take(parent);
        }
        account.requireReachable(parent);
        return Files.createTempDirectory(parent, "server");
    }

    static void create(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, READABLE);
        }
    }

    /// Deletes a folder with all it holds; what somebody else deletes meanwhile is no error.
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failure)
                            throws IOException {
                        if (failure instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw failure;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path visited, @Nullable IOException failure) throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        Files.deleteIfExists(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
