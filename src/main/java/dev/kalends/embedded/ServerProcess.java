package dev.kalends.embedded;

import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// One run of a server, below a shell that ends it when this JVM is gone.
final class ServerProcess {
    /// The shell holds the other end of a pipe from the JVM. It reads either the word "stop" or,
    /// when the JVM was killed, the end of the file; a temporary folder is then removed as well.
    private static final String GUARD =
            """
            home=$1; temporary=$2; shift 2
            exec 3<&0
            "$@" </dev/null 3<&- &
            server=$!
            (
                read -r word <&3
                if [ "$word" = stop ] || [ "$temporary" = no ]; then
                    kill -INT $server
                else
                    : >"$home/orphaned"
                    kill -QUIT $server
                fi
            ) &
            reader=$!
            exec 3<&-
            wait $server
            status=$?
            kill $reader 2>/dev/null
            if [ -e "$home/orphaned" ]; then rm -rf "$home"; fi
            exit $status
            """;

    /// Recovery after a kill replays at most `max_wal_size`.
    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

    /// A server process notices the death of its parent when it next waits; a long query goes on.
    private static final Duration ORPHAN_LIMIT = Duration.ofSeconds(2);

    private static final int PID_LINE = 0;
    private static final int STATUS_LINE = 7;
    private static final int LOG_LINES_SHOWN = 20;

    private final Process guard;
    private final Path data;
    private final Path log;

    private ServerProcess(Process guard, Path data, Path log) {
        this.guard = guard;
        this.data = data;
        this.log = log;
    }

    static Path log(Path home) {
        return home.resolve("server.log");
    }

    /// Starts the server on `home/data` and waits until it accepts connections.
    static ServerProcess start(
            Binaries binaries, Account account, Path home, Lifetime lifetime, int port)
            throws IOException {
        Path data = home.resolve("data");
        List<String> command = new ArrayList<>();
        command.addAll(List.of("sh", "-c", GUARD, "postgres-guard", home.toString()));
        command.add(lifetime == Lifetime.TEMPORARY ? "yes" : "no");
        command.addAll(
                List.of(
                        binaries.program("postgres").toString(),
                        "-D",
                        data.toString(),
                        "-p",
                        Integer.toString(port)));
        Path log = log(home);
        Process guard =
                builder(account.command(command), home)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        ServerProcess server = new ServerProcess(guard, data, log);
        boolean inTime = Waiting.until(() -> !guard.isAlive() || server.ready(), START_LIMIT);
        if (!inTime || !guard.isAlive()) {
            server.stop();
            throw new IOException("Cannot start PostgreSQL; its log ends with:\n" + tail(log));
        }
        return server;
    }

    /// Runs a program to its end, its output in the log.
    static void run(List<String> command, Path home) throws IOException {
        Path log = log(home);
        Process process =
                builder(command, home)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        if (!Waiting.until(() -> !process.isAlive(), START_LIMIT)) {
            process.destroyForcibly();
            throw new IOException("Cannot finish in %s: %s".formatted(START_LIMIT, command));
        }
        if (process.exitValue() != 0) {
            throw new IOException("Cannot run %s:\n%s".formatted(command, tail(log)));
        }
    }

    private static ProcessBuilder builder(List<String> command, Path home) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        return builder;
    }

    boolean running() {
        return guard.isAlive();
    }

    /// Ends the server in order. Open connections are closed, committed rows are in the data files.
    void stop() throws IOException {
        if (guard.isAlive()) {
            try (BufferedWriter input = guard.outputWriter(StandardCharsets.US_ASCII)) {
                input.write("stop\n");
            } catch (IOException e) {
                // The guard ended meanwhile, and with it the server.
                if (guard.isAlive()) {
                    throw e;
                }
            }
        }
        if (!Waiting.until(() -> !guard.isAlive(), STOP_LIMIT)) {
            kill();
        }
    }

    /// Kills the server's main process and waits until every process of the server is gone.
    void kill() throws IOException {
        ProcessHandle postmaster =
                ProcessHandle.of(postmasterPid())
                        .filter(handle -> guard.children().anyMatch(handle::equals))
                        .orElseThrow(() ->
                                new IllegalStateException("The server does not run: " + data));
        // Stopped first, or it could start a process between the listing and the kill.
        run(List.of("sh", "-c", "kill -STOP " + postmaster.pid()), log.resolveSibling("."));
        List<ProcessHandle> children = postmaster.children().toList();
        postmaster.destroyForcibly();
        if (!Waiting.until(() -> gone(children), ORPHAN_LIMIT)) {
            children.forEach(ProcessHandle::destroyForcibly);
        }
        if (!Waiting.until(() -> gone(children) && !guard.isAlive(), STOP_LIMIT)) {
            throw new IOException("Processes of the server outlive SIGKILL: " + children);
        }
    }

    private static boolean gone(List<ProcessHandle> processes) {
        return processes.stream().noneMatch(ProcessHandle::isAlive);
    }

    private boolean ready() throws IOException {
        List<String> lines = pidFile();
        return lines.size() > STATUS_LINE
                && lines.get(STATUS_LINE).strip().equals("ready")
                && guard.children()
                        .anyMatch(child -> lines.get(PID_LINE).equals(Long.toString(child.pid())));
    }

    /// @return -1 if the server does not run
    long postmasterPid() throws IOException {
        List<String> lines = pidFile();
        return lines.isEmpty() ? -1 : Long.parseLong(lines.get(PID_LINE));
    }

    private List<String> pidFile() throws IOException {
        try {
            return Files.readAllLines(data.resolve("postmaster.pid"));
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private static String tail(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join(
                "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    }
}
