package dev.kalends.wire;

import dev.kalends.failure.KalendsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's session: its transaction, its cursors, and its prepared statements.
final class Backend implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Backend.class);

    private final Tables tables;
    private final Answers answers;
    private final Interruption interruption;
    private final int cursorsMax;
    private final SequencedMap<String, Portal> cursors = new LinkedHashMap<>();
    private final List<Savepoint> savepoints = new ArrayList<>();
    private final Extended extended;
    private Transaction transaction = Transaction.NONE;

    /// Where a transaction stands.
    private enum Transaction {
        NONE('I'),
        OPEN('T'),
        FAILED('E');

        private final char status;

        Transaction(char status) {
            this.status = status;
        }
    }

    /// @param cursors those that were there
    private record Savepoint(String name, List<String> cursors) {}

    Backend(Tables tables, Answers answers, Interruption interruption, int cursorsMax) {
        this.tables = tables;
        this.answers = answers;
        this.interruption = interruption;
        this.cursorsMax = cursorsMax;
        this.extended = new Extended(this, answers, cursorsMax);
    }

    boolean inTransaction() {
        return transaction != Transaction.NONE;
    }

    void ready() throws IOException {
        if (!inTransaction()) {
            extended.closePortals();
        }
        answers.ready(transaction.status);
    }

    /// Carries one message out.
    ///
    /// @throws WireException if the connection has to end
    void take(Message message) throws IOException {
        switch (message.type()) {
            case 'Q' -> {
                extended.recovered();
                guarded(() -> simple(message.text()));
                ready();
            }
            case 'P', 'B', 'D', 'E', 'C' -> {
                if (!extended.skips()) {
                    if (!guarded(() -> extended.take(message))) {
                        extended.skip();
                    }
                }
            }
            case 'S' -> {
                extended.recovered();
                ready();
            }
            case 'H' -> answers.flush();
            // What is left of a COPY, which never was.
            case 'd', 'c', 'f' -> {}
            default ->
                    throw WireException.fatal(
                            WireException.PROTOCOL_VIOLATION,
                            "invalid frontend message type %d".formatted((int) message.type()));
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    /// @return whether it went well; else the client was told
    private boolean guarded(Work work) throws IOException {
        interruption.begin();
        try {
            work.run();
            return true;
        } catch (RuntimeException e) {
            WireException told = told(e);
            if (told.severity() == WireException.Severity.FATAL) {
                throw told;
            }
            if (transaction == Transaction.OPEN) {
                transaction = Transaction.FAILED;
            }
            answers.error(told);
            return false;
        } finally {
            interruption.end();
        }
    }

    private WireException told(RuntimeException e) {
        if (interruption.requested()) {
            return Interruption.cancelled(e);
        }
        if (e instanceof WireException known) {
            return known;
        }
        if (e instanceof KalendsException failure) {
            LOG.warn("cannot serve a query: {}: {}", failure.code(), failure.what());
            return new WireException(
                    sqlState(failure),
                    "%s: %s".formatted(failure.code(), failure.what()),
                    failure.next(),
                    WireException.Severity.ERROR,
                    e);
        }
        LOG.error("cannot serve a query", e);
        return new WireException(
                "XX000",
                "internal error; the log of kalends serve has more",
                null,
                WireException.Severity.ERROR,
                e);
    }

    private static String sqlState(KalendsException failure) {
        return switch (failure.code()) {
            case ARCHIVE_DAMAGED -> "XX001";
            case OBJECT_MISSING -> "58P01";
            case STORE_FAILED -> "58030";
            case ARCHIVE_KEY -> "28000";
            default -> "XX000";
        };
    }

    private void simple(String sql) throws IOException {
        for (Statement statement : StatementReader.all(sql)) {
            refuseWhileFailed(statement);
            Portal portal = rows(statement);
            if (portal == null) {
                execute(statement);
                continue;
            }
            try {
                answers.describe(portal.columns(), List.of());
                long max =
                        statement instanceof Statement.Fetch fetch ? fetch.rows() : Long.MAX_VALUE;
                answers.complete(tag(statement, portal.send(answers, max, interruption)));
            } finally {
                if (!(statement instanceof Statement.Fetch)) {
                    portal.close();
                }
            }
        }
    }

    static String tag(Statement statement, long rows) {
        return switch (statement) {
            case Statement.Fetch _ -> "FETCH " + rows;
            case Statement.Explain _ -> "EXPLAIN";
            default -> "SELECT " + rows;
        };
    }

    void refuseWhileFailed(Statement statement) {
        boolean ends =
                statement instanceof Statement.Rollback
                        || statement instanceof Statement.RollbackTo
                        || statement instanceof Statement.Commit
                        || statement instanceof Statement.Empty;
        if (transaction == Transaction.FAILED && !ends) {
            throw new WireException(
                    WireException.FAILED_TRANSACTION,
                    "current transaction is aborted, commands ignored until end of transaction block");
        }
    }

    /// Of a statement that answers with rows; null of any other.
    @Nullable Portal rows(Statement statement) {
        return switch (statement) {
            case Statement.Select(Statement.Query query) -> Portal.of(query, tables);
            case Statement.Explain(Statement.Query query) -> Portal.ofEstimate(query, tables);
            case Statement.Fetch(String cursor, long _) -> cursor(cursor);
            default -> null;
        };
    }

    /// The rows of a portal, for the extended protocol.
    long send(Portal portal, long max) throws IOException {
        return portal.send(answers, max, interruption);
    }

    private Portal cursor(String name) {
        Portal cursor = cursors.get(name);
        if (cursor == null) {
            throw new WireException(
                    WireException.NO_CURSOR, "cursor \"%s\" does not exist".formatted(name));
        }
        return cursor;
    }

    /// A statement that answers without rows.
    void execute(Statement statement) throws IOException {
        switch (statement) {
            case Statement.Empty _ -> answers.empty('I');
            case Statement.Set(String name, String value) -> {
                Parameters.check(name, value);
                answers.complete("SET");
            }
            case Statement.Nothing(String tag) -> answers.complete(tag);
            case Statement.Begin _,
                    Statement.Commit _,
                    Statement.Rollback _,
                    Statement.Savepoint _,
                    Statement.Release _,
                    Statement.RollbackTo _ ->
                    answers.complete(control(statement));
            case Statement.Declare declare -> {
                declare(declare);
                answers.complete("DECLARE CURSOR");
            }
            case Statement.Rewind(String name) -> {
                cursor(name).rewind();
                answers.complete("MOVE 0");
            }
            case Statement.Close(String name) -> {
                close(name);
                answers.complete("CLOSE CURSOR");
            }
            case Statement.Deallocate(String name) -> {
                extended.deallocate(name);
                answers.complete("DEALLOCATE");
            }
            case Statement.Select _, Statement.Explain _, Statement.Fetch _ ->
                    throw new IllegalStateException("It answers with rows: " + statement);
        }
    }

    /// A statement about the transaction.
    ///
    /// @return what is answered
    private String control(Statement statement) {
        return switch (statement) {
            case Statement.Begin(String tag) -> {
                if (transaction == Transaction.NONE) {
                    transaction = Transaction.OPEN;
                }
                yield tag;
            }
            case Statement.Commit _ -> {
                String tag = transaction == Transaction.FAILED ? "ROLLBACK" : "COMMIT";
                endTransaction();
                yield tag;
            }
            case Statement.Rollback _ -> {
                endTransaction();
                yield "ROLLBACK";
            }
            case Statement.Savepoint(String name) -> {
                need("SAVEPOINT");
                limit(savepoints.size());
                savepoints.add(new Savepoint(name, List.copyOf(cursors.keySet())));
                yield "SAVEPOINT";
            }
            case Statement.Release(String name) -> {
                need("RELEASE SAVEPOINT");
                forget(savepoint(name));
                yield "RELEASE";
            }
            case Statement.RollbackTo(String name) -> {
                need("ROLLBACK TO SAVEPOINT");
                rollbackTo(savepoint(name));
                yield "ROLLBACK";
            }
            default -> throw new IllegalStateException("Not about a transaction: " + statement);
        };
    }

    private void declare(Statement.Declare declare) {
        need("DECLARE CURSOR");
        if (cursors.containsKey(declare.cursor())) {
            throw new WireException(
                    WireException.CURSOR_EXISTS,
                    "cursor \"%s\" already exists".formatted(declare.cursor()));
        }
        limit(cursors.size());
        cursors.put(declare.cursor(), Portal.of(declare.query(), tables));
    }

    private void limit(int there) {
        if (there >= cursorsMax) {
            throw new WireException(
                    WireException.LIMIT, "too many of them: %d are allowed".formatted(cursorsMax));
        }
    }

    private void need(String statement) {
        if (transaction == Transaction.NONE) {
            throw new WireException(
                    WireException.NO_TRANSACTION,
                    statement + " can only be used in transaction blocks");
        }
    }

    private int savepoint(String name) {
        for (int i = savepoints.size() - 1; i >= 0; i--) {
            if (savepoints.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new WireException(
                WireException.NO_SAVEPOINT, "savepoint \"%s\" does not exist".formatted(name));
    }

    /// This one and those after it.
    private void forget(int savepoint) {
        savepoints.subList(savepoint, savepoints.size()).clear();
    }

    private void rollbackTo(int savepoint) {
        List<String> kept = savepoints.get(savepoint).cursors();
        for (Map.Entry<String, Portal> each : new HashMap<>(cursors).entrySet()) {
            if (!kept.contains(each.getKey())) {
                each.getValue().close();
                cursors.remove(each.getKey());
            }
        }
        forget(savepoint + 1);
        transaction = Transaction.OPEN;
    }

    private void close(@Nullable String name) {
        if (name == null) {
            closeCursors();
            return;
        }
        cursor(name).close();
        cursors.remove(name);
    }

    private void closeCursors() {
        cursors.values().forEach(Portal::close);
        cursors.clear();
    }

    private void endTransaction() {
        transaction = Transaction.NONE;
        savepoints.clear();
        closeCursors();
        extended.closePortals();
    }

    @Override
    public void close() {
        endTransaction();
    }
}
