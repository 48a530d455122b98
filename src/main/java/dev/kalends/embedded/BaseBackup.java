package dev.kalends.embedded;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/// A copy of a running server's data folder, made as the manual's "Making a Base Backup Using the
/// Low Level API" says; the programs at hand include no pg_basebackup.
final class BaseBackup {
    private static final String START =
            "select pg_catalog.pg_backup_start('kalends', fast => true)";
    private static final String START_BEFORE_15 =
            "select pg_catalog.pg_start_backup('kalends', fast => true, exclusive => false)";
    private static final String STOP =
            "select labelfile from pg_catalog.pg_backup_stop(wait_for_archive => false)";
    private static final String STOP_BEFORE_15 =
            "select labelfile from pg_catalog.pg_stop_backup(exclusive => false,"
                    + " wait_for_archive => false)";
    private static final int FIRST_WITH_NEW_NAMES = 15;

    /// Files that belong to the running server; the folders among them are made, but left empty.
    private static final Set<String> LEFT_OUT =
            Set.of("postmaster.pid", "postmaster.opts", "pg_wal", "pg_replslot");

    private BaseBackup() {}

    /// Copies the data folder `from` to `to`, which does not exist yet. The log written meanwhile
    /// must be kept by a replication slot.
    ///
    /// @param connection a superuser's, to the server of `from`
    static void copy(Connection connection, int major, Path from, Path to)
            throws IOException, SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(major < FIRST_WITH_NEW_NAMES ? START_BEFORE_15 : START);
            Files.walkFileTree(from, new Copy(from, to));
            try (ResultSet label =
                    statement.executeQuery(major < FIRST_WITH_NEW_NAMES ? STOP_BEFORE_15 : STOP)) {
                label.next();
                Files.writeString(to.resolve("backup_label"), label.getString(1));
            }
        }
        Files.createDirectories(to.resolve("pg_wal").resolve("archive_status"));
        Files.writeString(to.resolve("standby.signal"), "");
    }

    private static final class Copy extends SimpleFileVisitor<Path> {
        private final Path from;
        private final Path to;

        Copy(Path from, Path to) {
            this.from = from;
            this.to = to;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
                throws IOException {
            Path target = to.resolve(from.relativize(folder));
            Files.createDirectory(target);
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
            return leftOut(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            if (!leftOut(file)) {
                try {
                    Files.copy(file, to.resolve(from.relativize(file)));
                } catch (NoSuchFileException e) {
                    // Dropped since the listing; replaying the log drops it as well.
                    return FileVisitResult.CONTINUE;
                }
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        private boolean leftOut(Path path) {
            return LEFT_OUT.contains(from.relativize(path).toString());
        }
    }
}
