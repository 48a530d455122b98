package dev.kalends.wire;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Listens, and gives each connection a thread of its own: reading an archive holds on to the
/// thread in native code, where a virtual one would hold up others.
public final class WireServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WireServer.class);
    private static final int BACKLOG = 64;
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration END = Duration.ofSeconds(30);

    private final ServerSocket listening;
    private final WireSettings settings;
    private final Tables tables;
    private final Admission admission;
    private final ExecutorService workers =
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("wire-", 0).factory());
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("wire-watch").daemon().factory());

    private WireServer(ServerSocket listening, WireSettings settings, Tables tables) {
        this.listening = listening;
        this.settings = settings;
        this.tables = tables;
        this.admission =
                new Admission(settings.connectionsMax(), Scram.Verifier.of(settings.password()));
    }

    /// @throws KalendsException CONNECTION_FAILED if it cannot listen there
    public static WireServer start(WireSettings settings, Tables tables) {
        ServerSocket listening;
        try {
            listening = new ServerSocket();
            listening.setReuseAddress(true);
            listening.bind(settings.listen(), BACKLOG);
        } catch (IOException e) {
            throw new KalendsException(
                    FailureCode.CONNECTION_FAILED,
                    "Cannot listen at %s: %s".formatted(settings.listen(), e.getMessage()),
                    "Nothing is served.",
                    "Choose another port with archive.view.listen, or end what listens there.",
                    e);
        }
        WireServer server = new WireServer(listening, settings, tables);
        Thread.ofPlatform().name("wire-accept").daemon().start(server::accept);
        // It ends with the server.
        ScheduledFuture<?> _ =
                server.watch.scheduleWithFixedDelay(
                        () -> server.admission.connections().forEach(Connection::endIfStuck),
                        LOOK.toMillis(),
                        LOOK.toMillis(),
                        TimeUnit.MILLISECONDS);
        return server;
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                // Its thread closes it.
                Socket socket = listening.accept();
                Connection connection = new Connection(socket, settings, tables, admission);
                if (admission.came(connection)) {
                    workers.execute(connection);
                } else {
                    LOG.warn("too many connections: one was closed at once");
                    socket.close();
                }
            } catch (IOException | RuntimeException e) {
                if (!listening.isClosed()) {
                    LOG.warn("a connection could not be taken", e);
                }
            }
        }
    }

    /// Ends all connections, and waits until they have ended.
    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            LOG.warn("the port could not be closed", e);
        }
        watch.shutdownNow();
        admission.connections().forEach(Connection::end);
        workers.shutdown();
        try {
            if (!workers.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("a connection goes on after {} s", END.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
