package dev.kalends.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/// The programs of one PostgreSQL version, unpacked once per user.
///
/// @param folder holds `bin`, `lib` and `share`
record Binaries(int major, Path folder) {
    /// Names the folder that holds `postgres-<major>.jar` files.
    static final String FOLDER_PROPERTY = "kalends.postgres.folder";

    private static final String ARCHIVE_SUFFIX = ".txz";

    Path program(String name) {
        return folder.resolve("bin").resolve(name);
    }

    /// The installed programs that the options name, else those of an artifact.
    static Binaries of(ServerOptions options) throws IOException {
        Path programs = options.programs();
        if (programs == null) {
            return of(options.major());
        }
        Binaries binaries = new Binaries(options.major(), programs);
        if (!binaries.has(options.major())) {
            throw new IOException(
                    "Cannot start PostgreSQL %d from %s: it holds %s"
                            .formatted(options.major(), programs, binaries.version().strip()));
        }
        return binaries;
    }

    /// Takes the version from the folder that the property names, else from the class path.
    static Binaries of(int major) throws IOException {
        List<Path> jars = jars(major);
        for (Path jar : jars) {
            Path folder = unpacked(jar);
            Binaries binaries = new Binaries(major, folder);
            if (binaries.has(major)) {
                return binaries;
            }
        }
        throw new IOException(
                "Cannot start PostgreSQL %d: no postgres-%d.jar in %s, and the class path has %s"
                        .formatted(
                                major,
                                major,
                                System.getProperty(
                                        FOLDER_PROPERTY,
                                        "a folder (system property " + FOLDER_PROPERTY + ")"),
                                jars.isEmpty() ? "no PostgreSQL" : "another version: " + jars));
    }

    private static List<Path> jars(int major) throws IOException {
        List<Path> jars = new ArrayList<>();
        String named = System.getProperty(FOLDER_PROPERTY);
        if (named != null) {
            Path jar = Path.of(named, "postgres-" + major + ".jar");
            if (Files.isRegularFile(jar)) {
                jars.add(jar);
            }
        }
        if (jars.isEmpty()) {
            jars.addAll(classPathJars());
        }
        return jars;
    }

    private static List<Path> classPathJars() throws IOException {
        String system =
                System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac")
                        ? "darwin"
                        : "linux";
        String processor = System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
        String resource = "postgres-" + system + "-" + processor + ARCHIVE_SUFFIX;
        List<Path> jars = new ArrayList<>();
        for (URL found : Collections.list(Binaries.class.getClassLoader().getResources(resource))) {
            if (found.openConnection() instanceof JarURLConnection connection) {
                try {
                    jars.add(Path.of(new URI(connection.getJarFileURL().toString())));
                } catch (URISyntaxException e) {
                    throw new IOException("Cannot read " + found, e);
                }
            }
        }
        return jars;
    }

    /// Unpacks beside the final folder and renames, so that a second JVM sees all or nothing.
    private static Path unpacked(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            JarEntry archive =
                    file.stream()
                            .filter(entry -> entry.getName().endsWith(ARCHIVE_SUFFIX))
                            .findFirst()
                            .orElseThrow(() ->
                                    new UncheckedIOException(
                                            new IOException(
                                                    "Cannot unpack %s: it holds no %s file"
                                                            .formatted(jar, ARCHIVE_SUFFIX))));
            Path target =
                    Folders.own()
                            .resolve(
                                    "postgres-%08x-%d"
                                            .formatted(archive.getCrc(), archive.getSize()));
            if (Files.isDirectory(target)) {
                return target;
            }
            Path scratch = Files.createTempDirectory(Folders.own(), "unpack");
            try {
                Files.setPosixFilePermissions(
                        scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
                try (InputStream packed = file.getInputStream(archive)) {
                    unpack(packed, scratch);
                }
                Files.move(scratch, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
                // Another JVM was faster; what it unpacked is the same.
                Folders.delete(scratch);
            } catch (IOException e) {
                Folders.delete(scratch);
                throw e;
            }
            return target;
        }
    }

    private static void unpack(InputStream packed, Path folder) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(
                        new BufferedInputStream(new XZCompressorInputStream(packed)))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                Path path = folder.resolve(entry.getName()).normalize();
                if (!path.startsWith(folder)) {
                    throw new IOException(
                            "Cannot unpack %s: it would leave the folder"
                                    .formatted(entry.getName()));
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Path parent = path.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, path);
                    Files.setPosixFilePermissions(path, permissions(entry.getMode()));
                }
            }
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions =
                EnumSet.of(
                        PosixFilePermission.OWNER_READ,
                        PosixFilePermission.OWNER_WRITE,
                        PosixFilePermission.GROUP_READ,
                        PosixFilePermission.OTHERS_READ);
        if ((mode & 0100) != 0) {
            permissions.add(PosixFilePermission.OWNER_EXECUTE);
            permissions.add(PosixFilePermission.GROUP_EXECUTE);
            permissions.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        return permissions;
    }

    private boolean has(int wanted) throws IOException {
        return version().contains(" " + wanted + ".");
    }

    private String version() throws IOException {
        Process process =
                new ProcessBuilder(program("postgres").toString(), "--version")
                        .redirectErrorStream(true)
                        .start();
        try (InputStream output = process.getInputStream()) {
            return new String(output.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
