package dev.kalends.cli;

import dev.kalends.config.CleanupConfig;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ContractConfig;
import dev.kalends.config.CopyConfig;
import dev.kalends.config.LayoutConfig;
import dev.kalends.config.LifecycleConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.SwitchConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.config.ThrottleConfig;
import dev.kalends.config.TimeWindow;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.unit.ByteSize;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the user wants: the configuration, and what the options say instead.
///
/// @param table null if nothing says how to convert it
record Wish(Config config, @Nullable TableConfig table) {
    static Wish of(Call call) throws ConfigException {
        Config config = call.config();
        try {
            return new Wish(overridden(call, config), table(call, config));
        } catch (IllegalArgumentException e) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    e.getMessage() + ".",
                    Call.UNCHANGED,
                    "Correct the option.",
                    e);
        }
    }

    /// What is wanted for all tables named.
    ///
    /// @throws KalendsException USAGE if nothing says how to convert one of several; a single one
    ///   may be under way already
    List<TableConfig> tables(Call call) {
        if (call.tables().size() == 1) {
            return table == null ? List.of() : List.of(table);
        }
        if (call.has(Options.KEY) || call.has(Options.EVERY)) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    "--key and --every are about one table, and several are named.",
                    Call.UNCHANGED,
                    "List the tables in the configuration.");
        }
        List<TableConfig> all = new ArrayList<>();
        for (QualifiedName name : call.tables()) {
            TableConfig listed = config.table(name);
            if (listed == null) {
                throw new KalendsException(
                        FailureCode.USAGE,
                        "Nothing says how to partition " + name + ".",
                        Call.UNCHANGED,
                        "List the table in the configuration.");
            }
            all.add(listed);
        }
        return all;
    }

    /// @throws KalendsException USAGE if nothing says how to convert the table
    TableConfig required(Call call) {
        if (table == null) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    "Nothing says how to partition " + call.table() + ".",
                    Call.UNCHANGED,
                    "Give --key and --every (or --by hash --key and --partitions), or list the table in the"
                            + " configuration.");
        }
        return table;
    }

    private static @Nullable TableConfig table(Call call, Config config) {
        TableConfig listed = config.table(call.table());
        PartitionConfig partition =
                new PartitionWish(call, listed == null ? null : listed.partition()).read();
        if (partition == null) {
            return null;
        }
        LayoutConfig layout = listed == null ? LayoutConfig.defaults() : listed.layout();
        String clusterBy = call.option(Options.CLUSTER_BY, String.class);
        return new TableConfig(
                call.table(),
                partition,
                listed == null ? ContractConfig.defaults() : listed.contract(),
                clusterBy == null ? layout : new LayoutConfig(columns(clusterBy)),
                listed == null ? LifecycleConfig.none() : listed.lifecycle(),
                listed == null ? Set.of() : listed.acknowledged());
    }

    private static List<Identifier> columns(String list) {
        return Arrays.stream(list.split(",", -1)).map(String::strip).map(Identifier::of).toList();
    }

    /// The configuration with what the options of any command say instead.
    static Config overridden(Call call, Config config) {
        CopyConfig copy = config.copy();
        SwitchConfig switching = config.switching();
        ThrottleConfig throttle = config.throttle();
        Duration grace = call.option(CleanupCommand.GRACE, Duration.class);
        return new Config(
                config.database(),
                config.tables(),
                new CopyConfig(
                        call.option(Options.SESSIONS, Integer.class, copy.sessions()),
                        call.option(Options.CHUNK_BYTES, ByteSize.class, copy.chunkBytes()),
                        copy.sortMemory()),
                new SwitchConfig(
                        call.option(Options.LOCK_TIMEOUT, Duration.class, switching.lockTimeout()),
                        switching.attempts(),
                        switching.retryPause(),
                        switching.rowsInLockMax()),
                new ThrottleConfig(
                        throttle.replicaLag(),
                        throttle.replicaLagBytes(),
                        throttle.longTransaction(),
                        call.has(Options.WINDOW)
                                ? call.option(Options.WINDOW, TimeWindow.class)
                                : throttle.window()),
                grace == null ? config.cleanup() : new CleanupConfig(grace),
                config.diskFree(),
                config.schedule(),
                config.archive(),
                config.smoke(),
                config.prices());
    }
}
