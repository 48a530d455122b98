package dev.kalends.config;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/// Reads a configuration from YAML. `docs/configuration.md` is the reference of its keys.
public final class ConfigReader {
    /// A character takes up to four bytes.
    private static final int BYTES_MAX = 4 * YamlText.CHARACTERS_MAX;

    private ConfigReader() {}

    /// @param environment what `${env:NAME}` stands for
    /// @throws ConfigException with every problem of the file, or because it cannot be read
    public static Config read(Path file, Map<String, String> environment) throws ConfigException {
        Path parent = file.toAbsolutePath().getParent();
        return parse(
                content(file),
                file.toString(),
                parent == null ? file.toAbsolutePath() : parent,
                environment);
    }

    /// @param fileName for messages
    /// @param directory where the relative paths of `${file:path}` begin
    /// @param environment what `${env:NAME}` stands for
    /// @throws ConfigException with every problem of the text
    public static Config parse(
            String text, String fileName, Path directory, Map<String, String> environment)
            throws ConfigException {
        Problems problems = new Problems(fileName);
        Substitution substitution = new Substitution(directory, environment);
        Config config = Config.defaults();
        Node root = YamlText.compose(text, problems);
        if (root != null) {
            MappingReader reader =
                    MappingReader.open(Section.ROOT, root, "", substitution, problems);
            if (reader != null) {
                config = config(reader);
            }
        }
        problems.throwIfAny();
        return config;
    }

    private static String content(Path file) throws ConfigException {
        Problems problems = new Problems(file.toString());
        String content = "";
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(BYTES_MAX + 1);
            if (bytes.length > BYTES_MAX) {
                problems.ofFile("has more than %d bytes".formatted(BYTES_MAX));
            } else {
                content =
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .decode(ByteBuffer.wrap(bytes))
                                .toString();
            }
        } catch (NoSuchFileException e) {
            problems.ofFile("there is no such file");
        } catch (AccessDeniedException e) {
            problems.ofFile("cannot be read: access denied");
        } catch (CharacterCodingException e) {
            problems.ofFile("cannot be read: it is not in UTF-8");
        } catch (IOException e) {
            problems.ofFile("cannot be read: " + e.getMessage());
        }
        problems.throwIfAny();
        return content;
    }

    private static Config config(MappingReader in) {
        ArchiveConfig archive = ArchiveReader.read(in.section("archive", Section.ARCHIVE));
        return new Config(
                in.optional("database", Scalar.URL),
                tables(in.sections("tables", Section.TABLE), archive),
                copy(in.section("copy", Section.COPY)),
                switching(in.section("switch", Section.SWITCH)),
                throttle(in.section("throttle", Section.THROTTLE)),
                cleanup(in.section("cleanup", Section.CLEANUP)),
                in.limited("diskFree", Scalar.SIZE, Config.DISK_FREE),
                schedule(in.section("schedule", Section.SCHEDULE)),
                archive,
                SmokeReader.read(in.sections("smoke", Section.SMOKE)),
                ArchiveReader.prices(in.section("prices", Section.PRICES)));
    }

    private static List<TableConfig> tables(
            List<MappingReader> readers, @Nullable ArchiveConfig archive) {
        List<Contradictions.Entry> entries = new ArrayList<>();
        Map<QualifiedName, Integer> lines = new HashMap<>();
        for (MappingReader in : readers) {
            QualifiedName name = in.required("table", Scalar.TABLE);
            PartitionConfig partition =
                    PartitionReader.read(in.requiredSection("partition", Section.PARTITION));
            ContractConfig contract = PartitionReader.contract(in);
            Set<Acknowledgement> acknowledged =
                    new HashSet<>(in.list("acknowledge", Scalar.ACKNOWLEDGEMENT));
            LayoutConfig layout = layout(in.section("layout", Section.LAYOUT));
            LifecycleConfig lifecycle =
                    LifecycleReader.read(in.section("lifecycle", Section.LIFECYCLE));
            if (name == null) {
                continue;
            }
            Integer first = lines.putIfAbsent(name, in.line());
            if (first != null) {
                in.report("table", "duplicate table; it is in line %d already".formatted(first));
            } else if (partition != null) {
                entries.add(
                        new Contradictions.Entry(
                                in,
                                new TableConfig(
                                        name,
                                        partition,
                                        contract,
                                        layout,
                                        lifecycle,
                                        acknowledged)));
            }
        }
        Contradictions.report(entries);
        Contradictions.iceberg(entries, archive);
        return entries.stream().map(Contradictions.Entry::table).toList();
    }

    private static LayoutConfig layout(@Nullable MappingReader in) {
        if (in == null) {
            return LayoutConfig.defaults();
        }
        List<Identifier> columns = in.list("clusterBy", Scalar.COLUMN);
        if (columns.size() > LayoutConfig.COLUMNS_MAX) {
            in.report("clusterBy", "at most %d columns".formatted(LayoutConfig.COLUMNS_MAX));
            return LayoutConfig.defaults();
        }
        if (new HashSet<>(columns).size() < columns.size()) {
            in.report("clusterBy", "a column is named twice");
            return LayoutConfig.defaults();
        }
        return new LayoutConfig(columns);
    }

    private static CopyConfig copy(@Nullable MappingReader in) {
        CopyConfig defaults = CopyConfig.defaults();
        if (in == null) {
            return defaults;
        }
        return new CopyConfig(
                in.limited("sessions", Scalar.COUNT, CopyConfig.SESSIONS, defaults.sessions()),
                in.limited(
                        "chunkBytes", Scalar.SIZE, CopyConfig.CHUNK_BYTES, defaults.chunkBytes()),
                in.limited(
                        "sortMemory", Scalar.SIZE, CopyConfig.SORT_MEMORY, defaults.sortMemory()));
    }

    private static SwitchConfig switching(@Nullable MappingReader in) {
        SwitchConfig defaults = SwitchConfig.defaults();
        if (in == null) {
            return defaults;
        }
        return new SwitchConfig(
                in.limited(
                        "lockTimeout",
                        Scalar.DURATION,
                        SwitchConfig.LOCK_TIMEOUT,
                        defaults.lockTimeout()),
                in.limited("attempts", Scalar.COUNT, SwitchConfig.ATTEMPTS, defaults.attempts()),
                in.limited(
                        "retryPause",
                        Scalar.DURATION,
                        SwitchConfig.RETRY_PAUSE,
                        defaults.retryPause()),
                in.limited(
                        "rowsInLockMax",
                        Scalar.COUNT,
                        SwitchConfig.ROWS_IN_LOCK_MAX,
                        defaults.rowsInLockMax()));
    }

    private static ThrottleConfig throttle(@Nullable MappingReader in) {
        ThrottleConfig defaults = ThrottleConfig.defaults();
        if (in == null) {
            return defaults;
        }
        return new ThrottleConfig(
                in.limited(
                        "replicaLag",
                        Scalar.DURATION,
                        ThrottleConfig.REPLICA_LAG,
                        defaults.replicaLag()),
                in.limited(
                        "replicaLagBytes",
                        Scalar.SIZE,
                        ThrottleConfig.REPLICA_LAG_BYTES,
                        defaults.replicaLagBytes()),
                in.limited(
                        "longTransaction",
                        Scalar.DURATION,
                        ThrottleConfig.LONG_TRANSACTION,
                        defaults.longTransaction()),
                in.optional("window", Scalar.WINDOW));
    }

    private static CleanupConfig cleanup(@Nullable MappingReader in) {
        CleanupConfig defaults = CleanupConfig.defaults();
        return in == null
                ? defaults
                : new CleanupConfig(
                        in.limited(
                                "grace", Scalar.DURATION, CleanupConfig.GRACE, defaults.grace()));
    }

    private static ScheduleConfig schedule(@Nullable MappingReader in) {
        ScheduleConfig defaults = ScheduleConfig.defaults();
        if (in == null) {
            return defaults;
        }
        return new ScheduleConfig(
                in.orDefault("create", Scalar.CRON, defaults.create()),
                in.orDefault("lifecycle", Scalar.CRON, defaults.lifecycle()),
                in.orDefault("timeZone", Scalar.TIME_ZONE, defaults.timeZone()),
                in.optional("window", Scalar.WINDOW),
                in.limited(
                        "nodePolling",
                        Scalar.DURATION,
                        ScheduleConfig.NODE_POLLING,
                        defaults.nodePolling()));
    }
}
