package dev.kalends.archive.view;

import dev.kalends.archive.view.ArchiveViewSql.Member;
import dev.kalends.archive.view.ViewedTable.Column;
import dev.kalends.archive.view.ViewedTable.Part;
import dev.kalends.execute.ArchiveViews.Place;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.failure.ShellCommand;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Makes and removes the view over the live and the archived rows of one table.
public final class ArchiveView {
    private static final String UNCHANGED = "Nothing was changed.";

    private final Session session;
    private final ViewReader reader;
    private final Function<String, List<String>> archivedColumns;
    private final ViewedTable table;

    /// What a view is made of.
    ///
    /// @param archived partitions that it reads from the archive
    public record Made(QualifiedName view, int archived) {}

    /// @param archivedColumns from a location in the store to the names of the columns there
    /// @throws KalendsException NOT_MAINTAINED if the table is not under maintenance
    public ArchiveView(
            Session session, QualifiedName name, Function<String, List<String>> archivedColumns) {
        this.session = session;
        this.reader = new ViewReader(session);
        this.archivedColumns = archivedColumns;
        Long oid = reader.tableOid(name);
        if (oid == null) {
            throw new KalendsException(
                    FailureCode.NOT_MAINTAINED,
                    name + " is not under maintenance.",
                    UNCHANGED,
                    "Convert it with kalends migrate, or take it over with %s if it is partitioned already."
                            .formatted(ShellCommand.of("adopt", name)));
        }
        this.table = reader.table(oid);
    }

    /// `"T_all"` beside the table, unless it is to have another name.
    public QualifiedName view(@Nullable String name) {
        return new QualifiedName(
                table.name().schema(),
                name == null
                        ? Identifier.shortened(table.name().name().value() + "_all")
                        : Identifier.of(name));
    }

    private static final Sql LIMITS = Sql.of("SET LOCAL lock_timeout = '5s'");

    /// Makes the view, or makes it as it should be now.
    ///
    /// @throws KalendsException PRIVILEGE_MISSING; REFUSED for tables whose rows not everybody may
    ///   see
    public Made make(ViewServer server, QualifiedName view) {
        refuse();
        if (reader.exists(view) && !reader.views(table.oid()).contains(view)) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "The name %s is taken.".formatted(view),
                    UNCHANGED,
                    "Give another one with --name.");
        }
        server.ensureExtension(session);
        List<Part> parts = reader.parts(table.oid());
        session.transaction(() -> {
            session.execute(LIMITS);
            session.execute(server.serverStatements(session));
            session.execute(ViewServer.grantUsage(table.owner()));
            server.map(session, table.owner());
            if (!reader.schemaExists(table.oid())) {
                ArchiveViewSql sql = new ArchiveViewSql(table);
                session.execute(sql.createSchema());
                session.execute(sql.giveSchema());
            }
            dropUnlike(view);
            ViewWork.asOwner(
                    session, table, new ViewWork(archivedColumns).missing(reader, table, parts));
            ViewWork.asOwner(session, table, views(view, parts));
        });
        return new Made(view, (int) archived(parts));
    }

    private static long archived(List<Part> parts) {
        return parts.stream().filter(each -> each.place() == Place.ARCHIVE).count();
    }

    private void refuse() {
        if (reader.rowSecurity(table.oid())) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "%s has row level security, which a view over the archive cannot keep."
                            .formatted(table.name()),
                    UNCHANGED,
                    "Restore partitions instead: kalends restore.");
        }
        if (!reader.encoding().equals("UTF8")) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "The database is in %s; archive views are made in databases in UTF8 alone."
                            .formatted(reader.encoding()),
                    UNCHANGED,
                    "Restore partitions instead: kalends restore.");
        }
    }

    /// CREATE OR REPLACE only adds columns at the end.
    private void dropUnlike(QualifiedName view) {
        List<Identifier> there = reader.columns(ArchiveViewSql.rows(table.oid()));
        List<Identifier> wanted = table.columns().stream().map(Column::name).toList();
        boolean extends_ =
                there.size() <= wanted.size() && wanted.subList(0, there.size()).equals(there);
        if (extends_) {
            return;
        }
        if (reader.exists(view)) {
            session.execute(ArchiveViewSql.dropView(view));
        }
        session.execute(ArchiveViewSql.dropView(ArchiveViewSql.rows(table.oid())));
    }

    private List<Sql> views(QualifiedName view, List<Part> parts) {
        ArchiveViewSql sql = new ArchiveViewSql(table);
        List<Sql> statements = new ArrayList<>();
        boolean fresh = !reader.exists(view);
        statements.add(ViewWork.rows(reader, table, table.columns(), parts));
        statements.add(sql.createView(view, table.columns()));
        if (fresh) {
            reader.readers(table.oid())
                    .forEach(each -> statements.add(ArchiveViewSql.grant(view, each)));
        }
        statements.addAll(ViewWork.obsolete(reader, table, parts));
        return statements;
    }

    /// All that `make` would send to a database where nothing of it is there yet, for people.
    public List<Sql> statements(ViewServer server, QualifiedName view) {
        refuse();
        ArchiveViewSql sql = new ArchiveViewSql(table);
        List<Sql> all = new ArrayList<>();
        all.add(Sql.of("CREATE EXTENSION IF NOT EXISTS postgres_fdw WITH SCHEMA public"));
        all.addAll(server.serverStatements(session));
        all.add(ViewServer.grantUsage(table.owner()));
        all.add(server.mapping(table.owner()));
        all.add(sql.createSchema());
        all.add(sql.giveSchema());
        List<Member> members = new ArrayList<>();
        TreeSet<String> domains = new TreeSet<>();
        for (Part part : reader.parts(table.oid())) {
            TreeSet<String> archived = new TreeSet<>(archivedColumns.apply(part.location()));
            members.add(new Member(part, archived));
            for (Column each : sql.shared(archived)) {
                if (domains.add(sql.domain(each).render())) {
                    all.add(sql.createDomain(each));
                }
            }
            all.add(sql.createForeignTable(part, sql.shared(archived)));
        }
        all.add(sql.createRows(table.columns(), members));
        all.add(sql.createView(view, table.columns()));
        reader.readers(table.oid()).forEach(each -> all.add(ArchiveViewSql.grant(view, each)));
        return all;
    }

    /// Removes the view and what it needed.
    ///
    /// @return whether there was one
    /// @throws KalendsException REFUSED if other views read it
    public boolean drop() {
        if (!reader.schemaExists(table.oid())) {
            return false;
        }
        List<QualifiedName> views = reader.views(table.oid());
        session.transaction(() -> {
            session.execute(LIMITS);
            views.forEach(each -> session.execute(ArchiveViewSql.dropView(each)));
            if (reader.exists(ArchiveViewSql.rows(table.oid()))) {
                session.execute(ArchiveViewSql.dropView(ArchiveViewSql.rows(table.oid())));
            }
            session.execute(ViewWork.obsolete(reader, table, List.of()));
            for (Identifier each : reader.domains(table.oid())) {
                session.execute(
                        ArchiveViewSql.dropDomain(
                                new QualifiedName(ArchiveViewSql.schema(table.oid()), each)));
            }
            session.execute(ArchiveViewSql.dropSchema(table.oid()));
            ViewServer.dropUnused(session);
        });
        return true;
    }
}
