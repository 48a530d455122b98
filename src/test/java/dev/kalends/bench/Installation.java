package dev.kalends.bench;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// PostgreSQL's programs as the operating system installed them.
///
/// @param folder holds `bin`
record Installation(int major, Path folder) {
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");

    /// The newest one on the path or where Debian puts them.
    static Installation newest() throws IOException {
        List<Path> folders = new ArrayList<>();
        String path = System.getenv("PATH");
        for (String each : (path == null ? "" : path).split(File.pathSeparator, -1)) {
            folders.add(Path.of(each));
        }
        if (Files.isDirectory(DEBIAN)) {
            try (DirectoryStream<Path> versions = Files.newDirectoryStream(DEBIAN)) {
                versions.forEach(version -> folders.add(version.resolve("bin")));
            }
        }
        List<Installation> found = new ArrayList<>();
        for (Path bin : folders) {
            if (Files.isExecutable(bin.resolve("postgres"))
                    && Files.isExecutable(bin.resolve("initdb"))) {
                Path real = bin.resolve("postgres").toRealPath();
                found.add(new Installation(major(real), real.resolveSibling("..").normalize()));
            }
        }
        return found.stream()
                .max(Comparator.comparingInt(Installation::major))
                .orElseThrow(() ->
                        new IOException(
                                "No PostgreSQL server is installed; use --server embedded"));
    }

    private static int major(Path postgres) throws IOException {
        Process process = new ProcessBuilder(postgres.toString(), "--version").start();
        try (InputStream output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            Matcher version = VERSION.matcher(text);
            if (!version.find()) {
                throw new IOException("Cannot read the version of " + postgres + ": " + text);
            }
            return Integer.parseInt(version.group(1));
        }
    }
}
