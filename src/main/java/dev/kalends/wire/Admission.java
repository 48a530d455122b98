package dev.kalends.wire;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Who is connected, who is let in, and who may cancel what.
final class Admission {
    /// Connections that have not logged in, beside those that have.
    private static final int WAITING_MAX = 32;

    private static final int SECRET_BYTES = 4;

    private final int most;
    private final Scram.Verifier verifier;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final Map<Integer, Session> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final byte[] mock = Scram.random(32);

    /// What cancels a connection's statements.
    record Session(Connection connection, int number, int secret) {}

    /// @param verifier of the one user there is
    Admission(int most, Scram.Verifier verifier) {
        this.most = most;
        this.verifier = verifier;
    }

    /// @return false if it has to go at once
    boolean came(Connection connection) {
        if (connections.size() >= most + WAITING_MAX) {
            return false;
        }
        return connections.add(connection);
    }

    /// Lets a client in that has logged in.
    ///
    /// @return null if there are too many
    synchronized @Nullable Session letIn(Connection connection) {
        if (sessions.size() >= most) {
            return null;
        }
        int number = numbers.incrementAndGet();
        int secret = ByteBuffer.wrap(Scram.random(SECRET_BYTES)).getInt();
        Session session = new Session(connection, number, secret);
        sessions.put(number, session);
        return session;
    }

    void left(Connection connection) {
        connections.remove(connection);
        sessions.values().removeIf(each -> each.connection() == connection);
    }

    /// A wrong word is not answered, as in PostgreSQL.
    void cancel(int number, int secret) {
        Session session = sessions.get(number);
        if (session != null && session.secret() == secret) {
            session.connection().interruption().request();
        }
    }

    /// What a login is compared with.
    ///
    /// @param known the one user there is
    Scram.Verifier verifier(String user, String known) {
        return user.equals(known) ? verifier : Scram.Verifier.ofNobody(mock, user);
    }

    Set<Connection> connections() {
        return connections;
    }
}
