package dev.kalends.wire;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The extended protocol: statements that are prepared, bound and executed in three messages.
final class Extended {
    private final Backend backend;
    private final Answers answers;
    private final int most;
    private final Map<String, Statement> prepared = new HashMap<>();
    private final Map<String, Bound> portals = new HashMap<>();
    private boolean skipping;

    /// @param portal null if the statement answers without rows
    /// @param formats of its columns
    private record Bound(Statement statement, @Nullable Portal portal, List<Integer> formats) {}

    Extended(Backend backend, Answers answers, int most) {
        this.backend = backend;
        this.answers = answers;
        this.most = most;
    }

    /// Whether messages are left unread until the client has read of the failure.
    boolean skips() {
        return skipping;
    }

    void skip() {
        skipping = true;
    }

    void recovered() {
        skipping = false;
    }

    void take(Message message) throws IOException {
        switch (message.type()) {
            case 'P' -> parse(message);
            case 'B' -> bind(message);
            case 'D' -> describe(message);
            case 'E' -> execute(message);
            case 'C' -> close(message);
            default -> throw new IllegalStateException("Not of this protocol: " + message.type());
        }
    }

    private void parse(Message message) throws IOException {
        String name = message.text();
        List<Statement> statements = StatementReader.all(message.text());
        if (statements.size() > 1) {
            throw new WireException(
                    WireException.SYNTAX,
                    "cannot insert multiple commands into a prepared statement");
        }
        if (message.int16() > 0) {
            throw WireException.notSupported("a statement with parameters");
        }
        if (!name.isEmpty() && prepared.containsKey(name)) {
            throw new WireException(
                    "42P05", "prepared statement \"%s\" already exists".formatted(name));
        }
        limit(prepared.size());
        prepared.put(name, statements.getFirst());
        answers.empty('1');
    }

    private void limit(int there) {
        if (there >= most) {
            throw new WireException(
                    WireException.LIMIT, "too many of them: %d are allowed".formatted(most));
        }
    }

    private Statement prepared(String name) {
        Statement statement = prepared.get(name);
        if (statement == null) {
            throw new WireException(
                    WireException.NO_STATEMENT,
                    "prepared statement \"%s\" does not exist".formatted(name));
        }
        return statement;
    }

    private void bind(Message message) throws IOException {
        String name = message.text();
        Statement statement = prepared(message.text());
        formats(message);
        if (message.int16() != 0) {
            throw new WireException(
                    WireException.PROTOCOL_VIOLATION, "the statement has no parameters");
        }
        List<Integer> formats = formats(message);
        if (!name.isEmpty() && portals.containsKey(name)) {
            throw new WireException(
                    WireException.CURSOR_EXISTS, "portal \"%s\" already exists".formatted(name));
        }
        backend.refuseWhileFailed(statement);
        limit(portals.size());
        close(portals.remove(name));
        Portal portal = backend.rows(statement);
        if (portal != null && formats.size() > 1 && formats.size() != portal.columns().size()) {
            throw new WireException(
                    WireException.PROTOCOL_VIOLATION,
                    "%d formats for %d columns".formatted(formats.size(), portal.columns().size()));
        }
        portals.put(name, new Bound(statement, portal, formats));
        answers.empty('2');
    }

    /// All columns are of type text, whose binary form is the same bytes.
    private static List<Integer> formats(Message message) {
        int count = message.int16();
        List<Integer> formats = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int format = message.int16();
            if (format != 0 && format != 1) {
                throw new WireException(
                        WireException.PROTOCOL_VIOLATION,
                        "unsupported format code: %d".formatted(format));
            }
            formats.add(format);
        }
        return formats;
    }

    private Bound bound(String name) {
        Bound bound = portals.get(name);
        if (bound == null) {
            throw new WireException(
                    WireException.NO_CURSOR, "portal \"%s\" does not exist".formatted(name));
        }
        return bound;
    }

    private void describe(Message message) throws IOException {
        byte kind = message.int8();
        String name = message.text();
        Portal portal;
        List<Integer> formats = List.of();
        if (kind == 'S') {
            portal = backend.rows(prepared(name));
            answers.begin('t').int16(0).end();
        } else {
            Bound bound = bound(name);
            portal = bound.portal();
            formats = bound.formats();
        }
        if (portal == null) {
            answers.empty('n');
        } else {
            answers.describe(portal.columns(), formats);
        }
    }

    private void execute(Message message) throws IOException {
        Bound bound = bound(message.text());
        int wanted = message.int32();
        backend.refuseWhileFailed(bound.statement());
        Portal portal = bound.portal();
        if (portal == null) {
            backend.execute(bound.statement());
            return;
        }
        if (bound.statement() instanceof Statement.Fetch fetch) {
            answers.complete(Backend.tag(fetch, backend.send(portal, fetch.rows())));
            return;
        }
        long rows = backend.send(portal, wanted <= 0 ? Long.MAX_VALUE : wanted);
        if (portal.ended()) {
            answers.complete(Backend.tag(bound.statement(), rows));
        } else {
            answers.empty('s');
        }
    }

    private void close(Message message) throws IOException {
        byte kind = message.int8();
        String name = message.text();
        if (kind == 'S') {
            prepared.remove(name);
        } else {
            close(portals.remove(name));
        }
        answers.empty('3');
    }

    /// @param name null for all
    void deallocate(@Nullable String name) {
        if (name == null) {
            prepared.clear();
        } else {
            prepared(name);
            prepared.remove(name);
        }
    }

    void closePortals() {
        portals.values().forEach(Extended::close);
        portals.clear();
    }

    /// A cursor that a FETCH was bound to is not its own.
    private static void close(@Nullable Bound bound) {
        if (bound != null
                && bound.portal() != null
                && !(bound.statement() instanceof Statement.Fetch)) {
            bound.portal().close();
        }
    }
}
