package dev.kalends.archive.view;

import dev.kalends.archive.view.ArchiveViewSql.Member;
import dev.kalends.archive.view.ViewReader.Foreign;
import dev.kalends.archive.view.ViewedTable.Column;
import dev.kalends.archive.view.ViewedTable.Part;
import dev.kalends.execute.ArchiveViews;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.failure.ShellCommand;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.UnaryOperator;

/// Makes views follow their partitions.
public final class ViewWork implements ArchiveViews {
    private final Function<String, List<String>> archivedColumns;

    /// @param archivedColumns from a location in the store to the names of the columns there
    public ViewWork(Function<String, List<String>> archivedColumns) {
        this.archivedColumns = archivedColumns;
    }

    @Override
    public boolean shown(Session session, long tableOid) {
        return new ViewReader(session).exists(ArchiveViewSql.rows(tableOid));
    }

    @Override
    public void prepare(Session session, long tableOid) {
        if (!shown(session, tableOid)) {
            return;
        }
        ViewReader reader = new ViewReader(session);
        ViewedTable table = reader.table(tableOid);
        List<Sql> missing = missing(reader, table, reader.parts(tableOid));
        if (!missing.isEmpty()) {
            session.transaction(() -> asOwner(session, table, missing));
        }
    }

    /// What foreign tables and domains are not there yet, or not as they should be.
    List<Sql> missing(ViewReader reader, ViewedTable table, List<Part> parts) {
        ArchiveViewSql sql = new ArchiveViewSql(table);
        Set<Identifier> domains = new TreeSet<>(reader.domains(table.oid()));
        Map<Identifier, Foreign> there = reader.foreignTables(table.oid());
        List<Sql> statements = new ArrayList<>();
        for (Part part : parts) {
            Foreign found = there.get(sql.foreignTable(part).name());
            if (found != null && fits(sql, table, found)) {
                continue;
            }
            List<Column> columns =
                    sql.shared(new TreeSet<>(archivedColumns.apply(part.location())));
            if (found != null) {
                statements.add(ArchiveViewSql.dropForeignTable(sql.foreignTable(part)));
            }
            for (Column each : columns) {
                if (domains.add(sql.domain(each).name())) {
                    statements.add(sql.createDomain(each));
                }
            }
            statements.add(sql.createForeignTable(part, columns));
        }
        return statements;
    }

    /// Whether its columns are those of the table, as far as the archive has them.
    private static boolean fits(ArchiveViewSql sql, ViewedTable table, Foreign there) {
        for (int i = 0; i < there.columns().size(); i++) {
            Column column = table.column(Identifier.of(there.columns().get(i)));
            if (column == null
                    || !sql.domain(column).name().value().equals(there.domains().get(i))) {
                return false;
            }
        }
        return true;
    }

    static void asOwner(Session session, ViewedTable table, List<Sql> statements) {
        session.execute(ArchiveViewSql.become(table.owner()));
        session.execute(statements);
        session.execute(ArchiveViewSql.RETURN);
    }

    @Override
    public void show(Session session, long tableOid, long leafOid, Place place) {
        change(
                session,
                tableOid,
                part -> part.leafOid() == leafOid ? part.at(place) : part,
                _ -> true);
    }

    @Override
    public void forget(Session session, long tableOid, long archive) {
        change(session, tableOid, part -> part, id -> id != archive);
    }

    private void change(
            Session session, long tableOid, UnaryOperator<Part> moved, LongPredicate stays) {
        if (!shown(session, tableOid)) {
            return;
        }
        ViewReader reader = new ViewReader(session);
        ViewedTable table = reader.table(tableOid);
        List<Part> parts =
                reader.parts(tableOid).stream()
                        .filter(each -> stays.test(each.id()))
                        .map(moved)
                        .toList();
        List<Sql> statements = new ArrayList<>(missing(reader, table, parts));
        List<Identifier> columns = reader.columns(ArchiveViewSql.rows(tableOid));
        asOwner(session, table, statements);
        List<Sql> view = new ArrayList<>();
        view.add(rows(reader, table, columns(table, columns), parts));
        view.addAll(obsolete(reader, table, parts));
        asOwner(session, table, view);
    }

    private static List<Column> columns(ViewedTable table, List<Identifier> names) {
        List<Column> columns = new ArrayList<>();
        for (Identifier name : names) {
            Column column = table.column(name);
            if (column == null) {
                throw new KalendsException(
                        FailureCode.REFUSED,
                        "The archive view of %s shows a column %s, which the table has no more."
                                .formatted(table.name(), name),
                        "Nothing was changed.",
                        "Make the view anew with "
                                + ShellCommand.of("archive view", table.name())
                                + ".");
            }
            columns.add(column);
        }
        return columns;
    }

    /// The view behind, over what the foreign tables have.
    static Sql rows(ViewReader reader, ViewedTable table, List<Column> columns, List<Part> parts) {
        ArchiveViewSql sql = new ArchiveViewSql(table);
        Map<Identifier, Foreign> there = reader.foreignTables(table.oid());
        List<Member> members = new ArrayList<>();
        for (Part part : parts) {
            Set<String> archived = new TreeSet<>();
            Foreign found = there.get(sql.foreignTable(part).name());
            if (part.place() == Place.ARCHIVE && found != null) {
                archived.addAll(found.columns());
            }
            members.add(new Member(part, archived));
        }
        return sql.createRows(columns, members);
    }

    /// Foreign tables of what has left the archive.
    static List<Sql> obsolete(ViewReader reader, ViewedTable table, List<Part> parts) {
        List<Sql> statements = new ArrayList<>();
        for (Foreign each : reader.foreignTables(table.oid()).values()) {
            if (parts.stream().noneMatch(part -> part.id() == each.archive())) {
                statements.add(
                        ArchiveViewSql.dropForeignTable(
                                new QualifiedName(
                                        ArchiveViewSql.schema(table.oid()), each.name())));
            }
        }
        return statements;
    }
}
