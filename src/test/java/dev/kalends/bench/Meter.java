package dev.kalends.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// Reads what a server has used so far.
final class Meter implements AutoCloseable {
    /// What Linux counts process times in, on every architecture (`USER_HZ`).
    private static final double TICKS_PER_SECOND = 100;

    /// Fields of /proc/pid/stat behind the program's name.
    private static final int OWN_USER = 11;

    private static final int OWN_SYSTEM = 12;
    private static final int ENDED_CHILDREN_USER = 13;
    private static final int ENDED_CHILDREN_SYSTEM = 14;
    private static final int TRIES_MAX = 100;

    /// Columns of /proc/stat in which processors worked, or were kept from it by the host: all but
    /// idle and waiting for disks.
    private static final int[] BUSY = {1, 2, 3, 6, 7, 8};

    private final long postmaster;
    private final Connection connection;

    Meter(long postmaster, Connection connection) {
        this.postmaster = postmaster;
        this.connection = connection;
    }

    /// @param nanos on no particular clock
    /// @param cpuSeconds of all the server's processes, ended ones too
    /// @param machineSeconds of all processes of the machine
    /// @param walBytes written since the server was made
    record Reading(long nanos, double cpuSeconds, double machineSeconds, long walBytes) {
        Measured since(String name, Reading start) {
            return new Measured(
                    name,
                    (nanos - start.nanos) / 1e9,
                    cpuSeconds - start.cpuSeconds,
                    machineSeconds - start.machineSeconds - (cpuSeconds - start.cpuSeconds),
                    walBytes - start.walBytes);
        }
    }

    Reading read() throws IOException, SQLException {
        return new Reading(System.nanoTime(), cpuSeconds(), machineSeconds(), walBytes());
    }

    private long walBytes() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery(
                                "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")) {
            result.next();
            return result.getLong(1);
        }
    }

    /// A child that ends while the others are read would be missing, so the sum of ended children
    /// must be the same before and after.
    private double cpuSeconds() throws IOException {
        long own = ticks(postmaster, OWN_USER, OWN_SYSTEM);
        for (int i = 0; i < TRIES_MAX; i++) {
            long ended = ticks(postmaster, ENDED_CHILDREN_USER, ENDED_CHILDREN_SYSTEM);
            long living = 0;
            List<ProcessHandle> children =
                    ProcessHandle.of(postmaster).orElseThrow().children().toList();
            for (ProcessHandle child : children) {
                living += ticks(child.pid(), OWN_USER, OWN_SYSTEM);
            }
            if (ended == ticks(postmaster, ENDED_CHILDREN_USER, ENDED_CHILDREN_SYSTEM)) {
                return (own + ended + living) / TICKS_PER_SECOND;
            }
        }
        throw new IOException("Cannot read the server's process times: processes come and go");
    }

    private static double machineSeconds() throws IOException {
        String[] columns = Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +", -1);
        long ticks = 0;
        for (int column : BUSY) {
            ticks += Long.parseLong(columns[column]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    private static long ticks(long pid, int user, int system) throws IOException {
        String stat;
        try {
            stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        } catch (NoSuchFileException e) {
            return 0;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[user]) + Long.parseLong(fields[system]);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
