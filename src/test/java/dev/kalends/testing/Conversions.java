package dev.kalends.testing;

import dev.kalends.app.Kalends;
import dev.kalends.calendar.Interval;
import dev.kalends.config.CleanupConfig;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.config.CopyConfig;
import dev.kalends.config.LayoutConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.SwitchConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.config.TableNames;
import dev.kalends.config.ThrottleConfig;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.StopSignal;
import dev.kalends.pg.Target;
import dev.kalends.sql.Identifier;
import dev.kalends.unit.ByteSize;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Conversions of test tables with small chunks and no grace time.
public final class Conversions {
    private Conversions() {}

    public static Config config() {
        Config defaults = Config.defaults();
        return new Config(
                null,
                List.of(),
                new CopyConfig(2, ByteSize.ofMegabytes(1), ByteSize.ofMegabytes(16)),
                new SwitchConfig(Duration.ofMillis(200), 100, Duration.ofMillis(100), 200),
                ThrottleConfig.defaults(),
                new CleanupConfig(Duration.ZERO),
                defaults.diskFree());
    }

    public static Kalends kalends(String url) {
        return kalends(url, event -> {});
    }

    public static Kalends kalends(String url, ProgressEvent.Listener listener) {
        return new Kalends(
                Target.parse(url, ""), config(), Clock.systemUTC(), new StopSignal(), listener);
    }

    /// What is wanted for one table or several, as the configuration file says it under `tables`.
    public static List<TableConfig> wishes(String yaml) {
        try {
            return ConfigReader.parse("tables:\n" + yaml, "kalends.yaml", Path.of("."), Map.of())
                    .tables();
        } catch (ConfigException e) {
            throw new IllegalArgumentException(yaml, e);
        }
    }

    public static TableConfig wish(String yaml) {
        return wishes(yaml).getFirst();
    }

    public static TableConfig monthly(String table, String key) {
        return new TableConfig(
                TableNames.parse(table),
                PartitionConfig.of(Identifier.of(key), Interval.MONTH),
                new LayoutConfig(List.of()));
    }
}
