package dev.kalends.archive.view;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How a database finds the endpoint: the foreign server, and who logs in with which password.
///
/// @param host as the database sees it
/// @param sslMode `require` or `disable`
public record ViewServer(String host, int port, String user, String password, String sslMode) {
    static final Identifier NAME = Identifier.of("kalends_archive");

    private static final String UNCHANGED = "Nothing was changed.";

    /// Leaves the password out.
    @Override
    public String toString() {
        return "ViewServer[%s:%d, user=%s, sslMode=%s]".formatted(host, port, user, sslMode);
    }

    /// `use_remote_estimate` has the endpoint say how many rows there are, and keeps the planner
    /// from shipping joins and sums, which the endpoint calls dear.
    private Map<String, String> options(long serverVersion) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("host", host);
        options.put("port", Integer.toString(port));
        options.put("dbname", ArchiveViewSql.REMOTE_SCHEMA);
        options.put("sslmode", sslMode);
        options.put("connect_timeout", "10");
        options.put("fetch_size", "1000");
        options.put("use_remote_estimate", "true");
        // An idle session of the database would take a connection for nothing.
        options.put("keep_connections", "off");
        options.put("updatable", "false");
        options.put("truncatable", "false");
        if (serverVersion >= 160000) {
            options.put("analyze_sampling", "off");
        }
        return options;
    }

    private static final Sql EXTENSION =
            Sql.of("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'postgres_fdw')");
    private static final Sql CREATE_EXTENSION =
            Sql.of("CREATE EXTENSION IF NOT EXISTS postgres_fdw WITH SCHEMA public");
    private static final Sql MAY_USE =
            Sql.of("SELECT has_foreign_data_wrapper_privilege('postgres_fdw', 'USAGE')");

    /// Outside of a transaction, since a refusal would end it.
    ///
    /// @throws KalendsException PRIVILEGE_MISSING with what a superuser has to run
    void ensureExtension(Session session) {
        if (!session.one(EXTENSION, row -> row.truth(1))) {
            try {
                session.execute(CREATE_EXTENSION);
            } catch (PgException e) {
                if (!e.is("42501")) {
                    throw e;
                }
                throw missing(
                        "The extension postgres_fdw is not there, and this role may not create it.");
            }
        }
        if (!session.one(MAY_USE, row -> row.truth(1))) {
            throw missing("This role may not use postgres_fdw.");
        }
    }

    private static KalendsException missing(String what) {
        return new KalendsException(
                FailureCode.PRIVILEGE_MISSING,
                what,
                UNCHANGED,
                "A superuser runs, in this database: CREATE EXTENSION IF NOT EXISTS postgres_fdw;"
                        + " GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO … (the role of Kalends).");
    }

    private static final Sql OPTIONS =
            Sql.of(
                    """
                    SELECT split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)
                      FROM pg_foreign_server s, unnest(s.srvoptions) o WHERE s.srvname = 'kalends_archive'
                    """);
    private static final Sql THERE =
            Sql.of(
                    "SELECT EXISTS (SELECT FROM pg_foreign_server WHERE srvname = 'kalends_archive')");
    private static final Sql VERSION = Sql.of("SELECT current_setting('server_version_num')::int");

    private record Option(String name, String value) {}

    /// The server with these options, made or changed.
    ///
    /// @return empty if it is as it should be
    List<Sql> serverStatements(Session session) {
        Map<String, String> wanted = options(session.one(VERSION, row -> row.number(1)));
        if (!session.one(THERE, row -> row.truth(1))) {
            List<SqlPart> all = new ArrayList<>();
            wanted.forEach((name, value) ->
                    all.add(
                            Sql.text("{name} {value}")
                                    .put("name", Identifier.of(name))
                                    .put("value", Literal.of(value))
                                    .build()));
            return List.of(
                    Sql.text(
                                    "CREATE SERVER {server} FOREIGN DATA WRAPPER postgres_fdw OPTIONS ({options})")
                            .put("server", NAME)
                            .put("options", SqlList.of(all))
                            .build());
        }
        Map<String, String> there = new LinkedHashMap<>();
        session.query(OPTIONS, row -> new Option(row.text(1), row.text(2)))
                .forEach(each -> there.put(each.name(), each.value()));
        List<SqlPart> changed = new ArrayList<>();
        wanted.forEach((name, value) -> {
            if (!value.equals(there.get(name))) {
                changed.add(
                        Sql.text("{verb} {name} {value}")
                                .put(
                                        "verb",
                                        there.containsKey(name) ? Sql.of("SET") : Sql.of("ADD"))
                                .put("name", Identifier.of(name))
                                .put("value", Literal.of(value))
                                .build());
            }
        });
        return changed.isEmpty()
                ? List.of()
                : List.of(
                        Sql.text("ALTER SERVER {server} OPTIONS ({options})")
                                .put("server", NAME)
                                .put("options", SqlList.of(changed))
                                .build());
    }

    static Sql grantUsage(Identifier owner) {
        return Sql.text("GRANT USAGE ON FOREIGN SERVER {server} TO {owner}")
                .put("server", NAME)
                .put("owner", owner)
                .build();
    }

    private static final Sql HAND_OVER =
            Sql.of(
                    "SELECT set_config('kalends.view_role', ?, true), set_config('kalends.view_user', ?, true), set_config('kalends.view_password', ?, true)");
    private static final Sql FORGET =
            Sql.of("SELECT set_config('kalends.view_password', '', true)");

    /// The password is handed over as a bind value and put together in the server: a statement with
    /// it would stand in pg_stat_statements, and in the log of a server that logs all DDL.
    private static final Sql MAP =
            Sql.of(
                    """
                    DO $$
                    DECLARE
                        owner text := current_setting('kalends.view_role');
                        login text := current_setting('kalends.view_user');
                        secret text := current_setting('kalends.view_password');
                    BEGIN
                        IF EXISTS (SELECT FROM pg_catalog.pg_user_mappings m
                                    WHERE m.srvname = 'kalends_archive' AND m.usename = owner) THEN
                            EXECUTE format('DROP USER MAPPING FOR %I SERVER kalends_archive', owner);
                        END IF;
                        EXECUTE format('CREATE USER MAPPING FOR %I SERVER kalends_archive OPTIONS (user %L, password %L)', owner, login, secret);
                    END
                    $$
                    """);

    /// Notes the password for the owner of a view, in the session's transaction.
    void map(Session session, Identifier owner) {
        session.query(HAND_OVER, row -> row.text(1), owner.value(), user, password);
        session.execute(MAP);
        session.query(FORGET, row -> row.text(1));
    }

    /// The same for people, who put the password in themselves.
    Sql mapping(Identifier owner) {
        return Sql.text(
                        "CREATE USER MAPPING FOR {owner} SERVER {server} OPTIONS (user {user}, password :'password')")
                .put("owner", owner)
                .put("server", NAME)
                .put("user", Literal.of(user))
                .build();
    }

    private static final Sql UNUSED =
            Sql.of(
                    """
                    SELECT EXISTS (SELECT FROM pg_foreign_server WHERE srvname = 'kalends_archive')
                       AND NOT EXISTS (SELECT FROM pg_foreign_table t JOIN pg_foreign_server s ON s.oid = t.ftserver WHERE s.srvname = 'kalends_archive')
                       AND NOT EXISTS (SELECT FROM pg_namespace WHERE nspname ~ '^kalends_archive_[0-9]+$')
                    """);
    private static final Sql DROP = Sql.of("DROP SERVER kalends_archive CASCADE");

    /// Once no view needs it; its user mappings, and nothing else, go with it.
    static void dropUnused(Session session) {
        if (session.one(UNUSED, row -> row.truth(1))) {
            session.execute(DROP);
        }
    }
}
