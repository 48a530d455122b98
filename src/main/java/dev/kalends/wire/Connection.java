package dev.kalends.wire;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A client's connection from its first byte to its last, on a thread of its own.
final class Connection implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final long NOT_WAITING = 0;

    private final Socket socket;
    private final WireSettings settings;
    private final Tables tables;
    private final Admission admission;
    private final Interruption interruption = new Interruption();
    private final long began = System.nanoTime();

    /// Since when a write has been waiting for the client.
    private final AtomicLong writing = new AtomicLong(NOT_WAITING);

    private volatile boolean loggedIn;

    Connection(Socket socket, WireSettings settings, Tables tables, Admission admission) {
        this.socket = socket;
        this.settings = settings;
        this.tables = tables;
        this.admission = admission;
    }

    Interruption interruption() {
        return interruption;
    }

    @Override
    public void run() {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            converse();
        } catch (SocketTimeoutException | SocketException e) {
            LOG.debug("a connection ended", e);
        } catch (IOException | RuntimeException e) {
            LOG.debug("a connection broke off", e);
        } finally {
            admission.left(this);
        }
    }

    private void converse() throws IOException {
        Handshake handshake = new Handshake(socket, settings, admission, this);
        Handshake.Streams streams = begin(handshake);
        if (streams == null) {
            return;
        }
        Answers answers = new Answers(new WatchedOutput(streams.out()));
        try {
            handshake.logIn(streams.in(), answers);
            loggedIn = true;
            serve(streams.in(), answers);
        } catch (WireException e) {
            answers.error(e);
            answers.flush();
        }
    }

    private Handshake.@Nullable Streams begin(Handshake handshake) throws IOException {
        try {
            return handshake.secure();
        } catch (WireException e) {
            if (!handshake.encrypted()) {
                Answers answers = new Answers(new WatchedOutput(socket.getOutputStream()));
                answers.error(e);
                answers.flush();
            }
            return null;
        }
    }

    private void serve(InputStream raw, Answers answers) throws IOException {
        InputStream in = new BufferedInputStream(raw);
        WireSettings.Limits limits = settings.limits();
        try (Backend backend = new Backend(tables, answers, interruption, limits.cursorsMax())) {
            backend.ready();
            while (true) {
                socket.setSoTimeout(
                        (int)
                                (backend.inTransaction()
                                                ? limits.idleInTransaction()
                                                : limits.idle())
                                        .toMillis());
                Message message = next(in, limits);
                if (message == null || message.type() == 'X') {
                    return;
                }
                backend.take(message);
            }
        }
    }

    private static @Nullable Message next(InputStream in, WireSettings.Limits limits)
            throws IOException {
        try {
            return Message.read(in, limits.messageBytesMax());
        } catch (SocketTimeoutException e) {
            throw new WireException(
                    WireException.IDLE_SESSION,
                    "terminating connection due to idle-session timeout",
                    null,
                    WireException.Severity.FATAL,
                    e);
        }
    }

    /// Ends a connection that does not log in, or does not read what it asked for.
    void endIfStuck() {
        long now = System.nanoTime();
        long since = writing.get();
        boolean late = !loggedIn && now - began > settings.limits().handshake().toNanos();
        boolean stuck = since != NOT_WAITING && now - since > settings.limits().stuck().toNanos();
        if (late || stuck) {
            end();
        }
    }

    /// From another thread.
    void end() {
        interruption.request();
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("a connection could not be closed", e);
        }
    }

    /// Notes how long writes take.
    private final class WatchedOutput extends OutputStream {
        private final OutputStream out;

        WatchedOutput(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            writing.set(System.nanoTime());
            try {
                out.write(bytes, from, length);
                out.flush();
            } finally {
                writing.set(NOT_WAITING);
            }
        }
    }
}
