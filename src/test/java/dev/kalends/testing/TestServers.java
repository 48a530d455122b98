package dev.kalends.testing;

import dev.kalends.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// The servers that tests share: one of each version per JVM, started when first asked for. They
/// end with the JVM.
public final class TestServers {
    private static final String FOLDER_PROPERTY = "kalends.postgres.folder";
    private static final Map<Integer, EmbeddedPostgres> SERVERS = new ConcurrentHashMap<>();
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private TestServers() {}

    /// The versions to test on: system property `kalends.test.servers`, as in "14,18".
    public static List<Integer> versions() {
        return Arrays.stream(System.getProperty("kalends.test.servers", "14,18").split(",", -1))
                .map(version -> Integer.valueOf(version.strip()))
                .toList();
    }

    /// The newest version under test, for tests that need only one.
    public static int newest() {
        return versions().stream().mapToInt(Integer::intValue).max().orElseThrow();
    }

    public static EmbeddedPostgres server(int major) {
        return SERVERS.computeIfAbsent(major, TestServers::start);
    }

    /// A database of its own on the shared server of that version; close it to drop it.
    public static TestDatabase freshDatabase(int major) {
        EmbeddedPostgres server = server(major);
        String name = "test_" + DATABASES.incrementAndGet();
        try {
            server.createDatabase(name);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot create " + name, e);
        }
        return new TestDatabase(server, name);
    }

    /// Makes the servers' programs known where the build did not, as in an IDE.
    public static void useBuildFolder() {
        if (System.getProperty(FOLDER_PROPERTY) == null) {
            System.setProperty(FOLDER_PROPERTY, "target/postgres");
        }
    }

    private static EmbeddedPostgres start(int major) {
        useBuildFolder();
        try {
            return EmbeddedPostgres.start(major);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The oldest version under test and the newest.
    public static List<Integer> ends() {
        int oldest = versions().stream().mapToInt(Integer::intValue).min().orElseThrow();
        return Stream.of(oldest, newest()).distinct().toList();
    }

    static final class FreshDatabasesAtTheEnds implements ArgumentsProvider {
        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            return ends().stream().map(version -> Arguments.of(freshDatabase(version)));
        }
    }

    static final class FreshDatabases implements ArgumentsProvider {
        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            return versions().stream().map(version -> Arguments.of(freshDatabase(version)));
        }
    }
}
