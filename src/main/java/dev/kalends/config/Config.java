package dev.kalends.config;

import dev.kalends.sql.QualifiedName;
import dev.kalends.unit.ByteSize;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the user wants, checked and complete: every setting has its value or its default.
///
/// @param database URL, which may hold a password; null if only the command line names it
/// @param diskFree space free on the server's disk, which the server itself does not tell; null if
///   unknown
public record Config(
        @Nullable String database,
        List<TableConfig> tables,
        CopyConfig copy,
        SwitchConfig switching,
        ThrottleConfig throttle,
        CleanupConfig cleanup,
        @Nullable ByteSize diskFree) {
    static final Limits<ByteSize> DISK_FREE = Limits.ofSize("1MB", "1024PB");

    public Config {
        tables = List.copyOf(tables);
        if (diskFree != null) {
            DISK_FREE.check("diskFree", diskFree);
        }
    }

    public static Config defaults() {
        return new Config(
                null,
                List.of(),
                CopyConfig.defaults(),
                SwitchConfig.defaults(),
                ThrottleConfig.defaults(),
                CleanupConfig.defaults(),
                null);
    }

    /// What is configured for one table; null if nothing is.
    public @Nullable TableConfig table(QualifiedName name) {
        for (TableConfig each : tables) {
            if (each.table().equals(name)) {
                return each;
            }
        }
        return null;
    }

    /// Leaves out the database, whose URL may hold a password.
    @Override
    public String toString() {
        return "Config[tables=%s, copy=%s, switching=%s, throttle=%s, cleanup=%s, diskFree=%s]"
                .formatted(tables, copy, switching, throttle, cleanup, diskFree);
    }
}
