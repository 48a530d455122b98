package dev.kalends.embedded;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;

/// The operating-system user that the server runs as. PostgreSQL refuses to run as root, so there
/// it becomes the unprivileged user 65534.
enum Account {
    OWN {
        @Override
        List<String> command(List<String> command) {
            return command;
        }

        @Override
        void take(Path path) {}

        @Override
        void requireReachable(Path folder) {}
    },

    UNPRIVILEGED {
        @Override
        List<String> command(List<String> command) {
            List<String> all = new ArrayList<>();
            all.addAll(List.of("setpriv", "--reuid=" + ID, "--regid=" + ID, "--clear-groups"));
            all.addAll(command);
            return all;
        }

        @Override
        void take(Path path) throws IOException {
            Files.walkFileTree(path, new Chown());
        }

        @Override
        void requireReachable(Path folder) throws IOException {
            for (Path parent = folder.toAbsolutePath().getParent();
                    parent != null;
                    parent = parent.getParent()) {
                if (Files.exists(parent)
                        && !Files.getPosixFilePermissions(parent)
                                .contains(PosixFilePermission.OTHERS_EXECUTE)) {
                    throw new IOException(
                            "Cannot keep a server's files in %s: as root the server runs as user %d, which may not enter %s"
                                    .formatted(folder, ID, parent));
                }
            }
        }
    };

    private static final int ID = 65534;

    static Account current() {
        return System.getProperty("user.name").equals("root") ? UNPRIVILEGED : OWN;
    }

    /// The command to run so that `command` runs as this user.
    abstract List<String> command(List<String> command);

    /// Makes this user the owner of a file, or of a folder with all it holds.
    abstract void take(Path path) throws IOException;

    /// @throws IOException if a folder above this one keeps the user out
    abstract void requireReachable(Path folder) throws IOException;

    private static final class Chown extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
                throws IOException {
            return own(folder);
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            return own(file);
        }

        private static FileVisitResult own(Path path) throws IOException {
            Files.setAttribute(path, "unix:uid", ID, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", ID, LinkOption.NOFOLLOW_LINKS);
            return FileVisitResult.CONTINUE;
        }
    }
}
