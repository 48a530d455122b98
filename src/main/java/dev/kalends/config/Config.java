package dev.kalends.config;

import dev.kalends.sql.QualifiedName;
import dev.kalends.unit.ByteSize;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the user wants, checked and complete: every setting has its value or its default.
///
/// @param database URL, which may hold a password; null if only the command line names it
/// @param diskFree space free on the server's disk, which the server itself does not tell; null if
///   unknown
/// @param schedule when the daemon does what is due
/// @param archive null if nothing is said of it
/// @param smoke what is tried after a switch, in this order
/// @param prices null if unknown
public record Config(
        @Nullable String database,
        List<TableConfig> tables,
        CopyConfig copy,
        SwitchConfig switching,
        ThrottleConfig throttle,
        CleanupConfig cleanup,
        @Nullable ByteSize diskFree,
        ScheduleConfig schedule,
        @Nullable ArchiveConfig archive,
        List<SmokeConfig> smoke,
        @Nullable PricesConfig prices) {
    static final Limits<ByteSize> DISK_FREE = Limits.ofSize("1MB", "1024PB");

    public Config {
        tables = List.copyOf(tables);
        smoke = List.copyOf(smoke);
        if (diskFree != null) {
            DISK_FREE.check("diskFree", diskFree);
        }
    }

    /// Of conversions only.
    public Config(
            @Nullable String database,
            List<TableConfig> tables,
            CopyConfig copy,
            SwitchConfig switching,
            ThrottleConfig throttle,
            CleanupConfig cleanup,
            @Nullable ByteSize diskFree) {
        this(
                database,
                tables,
                copy,
                switching,
                throttle,
                cleanup,
                diskFree,
                ScheduleConfig.defaults(),
                null,
                List.of(),
                null);
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

    /// The sections that are configured for a table and that no command of this version acts on.
    public List<String> notActedOn() {
        List<String> sections = new ArrayList<>();
        if (archive != null) {
            sections.add("archive");
        }
        if (!smoke.isEmpty()) {
            sections.add("smoke");
        }
        if (prices != null) {
            sections.add("prices");
        }
        return sections;
    }

    /// Leaves out the database, whose URL may hold a password.
    @Override
    public String toString() {
        return "Config[tables=%s, copy=%s, switching=%s, throttle=%s, cleanup=%s, diskFree=%s, schedule=%s, archive=%s, smoke=%s, prices=%s]"
                .formatted(
                        tables, copy, switching, throttle, cleanup, diskFree, schedule, archive,
                        smoke, prices);
    }
}
