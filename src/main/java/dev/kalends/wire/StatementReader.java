package dev.kalends.wire;

import dev.kalends.wire.Statement.Query;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the few statements that postgres_fdw sends, and those with which clients say hello.
final class StatementReader {
    private static final int STATEMENTS_MAX = 100;

    private final Tokens tokens;

    private StatementReader(Tokens tokens) {
        this.tokens = tokens;
    }

    /// All statements of a text, in their order; at least one, which may be empty.
    ///
    /// @throws WireException if one of them is none that this server knows
    static List<Statement> all(String sql) {
        StatementReader reader = new StatementReader(Tokens.of(sql));
        List<Statement> statements = new ArrayList<>();
        while (!reader.tokens.ended()) {
            if (reader.tokens.takeSign(";")) {
                continue;
            }
            statements.add(reader.statement());
            if (!reader.tokens.atEnd()) {
                throw WireException.notSupported(
                        "\"%s\" at this place".formatted(reader.tokens.peek().text()));
            }
            if (statements.size() > STATEMENTS_MAX) {
                throw new WireException(WireException.LIMIT, "too many statements at once");
            }
        }
        return statements.isEmpty() ? List.of(new Statement.Empty()) : statements;
    }

    private Statement statement() {
        Tokens.Token first = tokens.take();
        if (first.kind() != Tokens.Kind.WORD) {
            throw tokens.unexpected(first);
        }
        return switch (first.text()) {
            case "set" -> set();
            case "reset" -> {
                tokens.takeName();
                yield new Statement.Nothing("RESET");
            }
            case "begin" -> begin("BEGIN");
            case "start" -> {
                tokens.takeWords("transaction");
                yield begin("START TRANSACTION");
            }
            case "commit", "end" -> {
                work();
                yield new Statement.Commit();
            }
            case "rollback", "abort" -> rollback();
            case "savepoint" -> new Statement.Savepoint(tokens.takeName());
            case "release" -> {
                tokens.takeWords("savepoint");
                yield new Statement.Release(tokens.takeName());
            }
            case "declare" -> declare();
            case "fetch" -> fetch();
            case "move" -> move();
            case "close" -> new Statement.Close(tokens.takeWords("all") ? null : tokens.takeName());
            case "deallocate" -> {
                tokens.takeWords("prepare");
                yield new Statement.Deallocate(tokens.takeWords("all") ? null : tokens.takeName());
            }
            case "discard" -> {
                tokens.takeName();
                yield new Statement.Nothing("DISCARD ALL");
            }
            case "explain" -> {
                if (!tokens.takeWords("select")) {
                    throw WireException.notSupported("EXPLAIN with options");
                }
                yield new Statement.Explain(estimated());
            }
            case "select" -> new Statement.Select(query());
            default ->
                    throw WireException.notSupported(
                            first.text().toUpperCase(java.util.Locale.ROOT));
        };
    }

    private Statement set() {
        if (tokens.takeWords("session", "characteristics", "as", "transaction")
                || tokens.takeWords("transaction")) {
            modes();
            return new Statement.Nothing("SET");
        }
        if (!tokens.takeWords("session")) {
            tokens.takeWords("local");
        }
        String name = tokens.takeWords("time", "zone") ? "timezone" : tokens.takeName();
        if (!tokens.takeSign("=")) {
            tokens.takeWords("to");
        }
        StringBuilder value = new StringBuilder();
        while (!tokens.atEnd()) {
            value.append(value.isEmpty() ? "" : " ").append(tokens.take().text());
        }
        return new Statement.Set(name, value.toString());
    }

    private Statement begin(String tag) {
        work();
        modes();
        return new Statement.Begin(tag);
    }

    private void work() {
        if (!tokens.takeWords("work")) {
            tokens.takeWords("transaction");
        }
    }

    private void modes() {
        while (!tokens.atEnd()) {
            boolean known =
                    tokens.takeSign(",")
                            || tokens.takeWords("isolation", "level", "repeatable", "read")
                            || tokens.takeWords("isolation", "level", "serializable")
                            || tokens.takeWords("isolation", "level", "read", "committed")
                            || tokens.takeWords("isolation", "level", "read", "uncommitted")
                            || tokens.takeWords("read", "only")
                            || tokens.takeWords("not", "deferrable")
                            || tokens.takeWords("deferrable");
            if (!known) {
                if (tokens.takeWords("read", "write")) {
                    throw new WireException(
                            WireException.READ_ONLY,
                            "cannot begin a read-write transaction: this endpoint is read-only");
                }
                throw tokens.unexpected(tokens.peek());
            }
        }
    }

    private Statement rollback() {
        work();
        if (tokens.takeWords("to")) {
            tokens.takeWords("savepoint");
            return new Statement.RollbackTo(tokens.takeName());
        }
        return new Statement.Rollback();
    }

    private Statement declare() {
        String cursor = tokens.takeName();
        if (!tokens.takeWords("no", "scroll")) {
            tokens.takeWords("insensitive");
        }
        if (!tokens.takeWords("cursor")) {
            throw WireException.notSupported("this kind of cursor");
        }
        tokens.takeWords("without", "hold");
        if (!tokens.takeWords("for", "select")) {
            throw WireException.notSupported("a cursor for anything but SELECT");
        }
        return new Statement.Declare(cursor, query());
    }

    private Statement fetch() {
        long rows = 1;
        if (tokens.takeWords("forward") || tokens.takeWords("next")) {
            rows = 1;
        }
        if (tokens.takeWords("all")) {
            rows = Long.MAX_VALUE;
        } else if (tokens.peek().kind() == Tokens.Kind.NUMBER) {
            rows = number();
        }
        from();
        return new Statement.Fetch(tokens.takeName(), rows);
    }

    private Statement move() {
        if (!tokens.takeWords("backward", "all")) {
            throw WireException.notSupported("MOVE other than BACKWARD ALL");
        }
        from();
        return new Statement.Rewind(tokens.takeName());
    }

    private void from() {
        if (!tokens.takeWords("from")) {
            tokens.takeWords("in");
        }
    }

    private long number() {
        Tokens.Token token = tokens.take();
        try {
            return Long.parseLong(token.text());
        } catch (NumberFormatException e) {
            throw new WireException(
                    WireException.SYNTAX,
                    "syntax error at or near \"%s\"".formatted(token.text()),
                    null,
                    WireException.Severity.ERROR,
                    e);
        }
    }

    /// A planner asks for estimates of joins and sums too, and leaves them alone if they are dear.
    private Query estimated() {
        try {
            Query query = query();
            if (tokens.atEnd()) {
                return query;
            }
        } catch (WireException e) {
            if (!e.sqlState().equals(WireException.FEATURE_NOT_SUPPORTED)) {
                throw e;
            }
        }
        while (!tokens.ended()) {
            tokens.take();
        }
        return new Query.Other();
    }

    /// What stands behind SELECT.
    private Query query() {
        if (tokens.takeWords("count")) {
            if (!tokens.takeSign("(") || !tokens.takeSign("*") || !tokens.takeSign(")")) {
                throw WireException.notSupported("a call of count");
            }
            return table((schema, table) -> new Query.Count(schema, table));
        }
        if (tokens.peek().kind() == Tokens.Kind.NUMBER) {
            if (number() == 1 && tokens.atEnd()) {
                return new Query.One();
            }
            throw WireException.notSupported("an expression");
        }
        List<@Nullable String> columns = new ArrayList<>();
        do {
            columns.add(tokens.takeWords("null") ? null : column());
        } while (tokens.takeSign(","));
        return table((schema, table) -> new Query.Columns(schema, table, columns, limit()));
    }

    private String column() {
        Tokens.Token token = tokens.peek();
        if (token.kind() != Tokens.Kind.QUOTED && token.kind() != Tokens.Kind.WORD) {
            throw WireException.notSupported("\"%s\" in a list of columns".formatted(token.text()));
        }
        return tokens.takeName();
    }

    private interface OfTable {
        Query of(String schema, String table);
    }

    private Query table(OfTable query) {
        if (!tokens.takeWords("from")) {
            throw WireException.notSupported(
                    "\"%s\" in a list of columns".formatted(tokens.peek().text()));
        }
        if (tokens.peek().isSign("(")) {
            throw WireException.notSupported("a join");
        }
        String schema = tokens.takeName();
        if (!tokens.takeSign(".")) {
            throw new WireException(
                    WireException.NO_TABLE, "relation \"%s\" does not exist".formatted(schema));
        }
        return query.of(schema, tokens.takeName());
    }

    private long limit() {
        if (!tokens.takeWords("limit")) {
            return Long.MAX_VALUE;
        }
        if (tokens.peek().kind() != Tokens.Kind.NUMBER) {
            throw WireException.notSupported("this LIMIT");
        }
        long rows = number();
        if (tokens.takeSign(":")) {
            // "::bigint", as postgres_fdw writes it.
            tokens.takeSign(":");
            tokens.takeName();
        }
        return rows;
    }
}
