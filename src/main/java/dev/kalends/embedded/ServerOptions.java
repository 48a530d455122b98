package dev.kalends.embedded;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// How an embedded server is set up.
///
/// @param major 14 to 18, as far as the programs are there
/// @param locale the cluster's collation and character classes, a name the operating system knows
/// @param settings lines of the server's configuration, value unquoted
/// @param dataFolder kept when the server is closed and used again by the next one; null for a
///   temporary folder, which is deleted with the server, also when the JVM is killed
/// @param programs the folder whose `bin` holds an installed server's programs; null for those of
///   the Maven artifacts
public record ServerOptions(
        int major,
        String locale,
        SequencedMap<String, String> settings,
        @Nullable Path dataFolder,
        @Nullable Path programs) {

    /// Fast, and safe against the death of any process, though not against the death of the
    /// machine.
    public static ServerOptions of(int major) {
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        settings.put("fsync", "off");
        settings.put("full_page_writes", "off");
        settings.put("synchronous_commit", "on");
        settings.put("shared_buffers", "256MB");
        settings.put("max_connections", "200");
        settings.put("max_wal_size", "4GB");
        settings.put("shared_preload_libraries", "pg_stat_statements");
        settings.put("wal_level", "replica");
        settings.put("max_wal_senders", "5");
        settings.put("timezone", "UTC");
        settings.put("log_timezone", "UTC");
        return new ServerOptions(major, "C", settings, null, null);
    }

    public ServerOptions {
        settings = new LinkedHashMap<>(settings);
    }

    public ServerOptions withLocale(String newLocale) {
        return new ServerOptions(major, newLocale, settings, dataFolder, programs);
    }

    /// Adds a setting, or replaces it.
    public ServerOptions withSetting(String name, String value) {
        return withSettings(Map.of(name, value));
    }

    /// Adds settings, or replaces them.
    public ServerOptions withSettings(Map<String, String> more) {
        SequencedMap<String, String> all = new LinkedHashMap<>(settings);
        all.putAll(more);
        return new ServerOptions(major, locale, all, dataFolder, programs);
    }

    public ServerOptions withDataFolder(Path newDataFolder) {
        return new ServerOptions(major, locale, settings, newDataFolder, programs);
    }

    public ServerOptions withPrograms(Path newPrograms) {
        return new ServerOptions(major, locale, settings, dataFolder, newPrograms);
    }
}
