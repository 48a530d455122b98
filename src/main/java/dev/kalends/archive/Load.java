package dev.kalends.archive;

import dev.kalends.archive.duckdb.Cells;
import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.manifest.Manifest.Column;
import dev.kalends.execute.PartitionArchive.Content;
import dev.kalends.execute.PartitionArchive.Loaded;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.CopyIn;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Loads an archive into a table by the names of its columns. Columns that the table has gained
/// since get their defaults, those that it has lost are skipped, of those of another type the new
/// type reads the old one's text.
final class Load {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Contents contents;
    private final Manifest manifest;
    private final String folder;

    Load(Contents contents, Manifest manifest, String folder) {
        this.contents = contents;
        this.manifest = manifest;
        this.folder = folder;
    }

    private static final Sql COLUMNS =
            Sql.of(
                    """
                    SELECT attname, attgenerated::text FROM pg_attribute
                     WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
                    """);

    private record Target(String name, String generated) {}

    Loaded run(Session session, QualifiedName into) {
        Map<String, Target> there = new HashMap<>();
        session.query(COLUMNS, row -> new Target(row.text(1), row.text(2)), into.render())
                .forEach(each -> there.put(each.name(), each));
        List<Integer> sent = new ArrayList<>();
        List<Identifier> names = new ArrayList<>();
        List<Identifier> compared = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        for (int i = 0; i < manifest.columns().size(); i++) {
            Column column = manifest.columns().get(i);
            Target target = there.get(column.name());
            if (target == null) {
                skipped.add(column.name());
                continue;
            }
            compared.add(Identifier.of(column.name()));
            if (target.generated().isEmpty()) {
                sent.add(i);
                names.add(Identifier.of(column.name()));
            }
        }
        if (names.isEmpty()) {
            throw new KalendsException(
                    FailureCode.RESTORE_CONFLICT,
                    "%s has none of the archived columns.".formatted(into),
                    "Nothing was loaded.",
                    "Name the right table.");
        }
        Sql copy =
                Sql.text("COPY {into} ({columns}) FROM STDIN (FORMAT text)")
                        .put("into", into)
                        .put("columns", SqlList.of(names))
                        .build();
        try (CopyIn in = session.copyIn(copy)) {
            Line line = new Line(in, sent);
            Content archived = contents.rows(manifest, folder, line::add);
            line.flush();
            return new Loaded(archived, in.end(), compared, skipped);
        } catch (PgException e) {
            if (e.connectionLost()) {
                throw e;
            }
            throw new KalendsException(
                    FailureCode.RESTORE_CONFLICT,
                    "The server does not take the archived rows of %s: %s"
                            .formatted(manifest.partition(), e.serverMessage()),
                    "Nothing was restored; the archive is as it was.",
                    "Restore into a table of the old shape with --into, and move the rows from there as you see fit.",
                    e);
        }
    }

    /// Rows in the text format of `COPY`.
    private static final class Line {
        private final CopyIn copy;
        private final List<Integer> columns;
        private final Bytes lines = new Bytes();

        Line(CopyIn copy, List<Integer> columns) {
            this.copy = copy;
            this.columns = columns;
        }

        void add(Cells cells, RowText text) {
            for (int i = 0; i < columns.size(); i++) {
                if (i > 0) {
                    lines.add('\t');
                }
                int column = columns.get(i);
                if (cells.isNull(column)) {
                    lines.addAscii("\\N");
                } else {
                    append(text.field(column));
                }
            }
            lines.add('\n');
            if (lines.size() >= BUFFER_BYTES) {
                flush();
            }
        }

        private void append(Bytes field) {
            byte[] content = field.content();
            int clean = 0;
            for (int i = 0; i < field.size(); i++) {
                char code =
                        switch (content[i]) {
                            case '\\' -> '\\';
                            case '\n' -> 'n';
                            case '\r' -> 'r';
                            case '\t' -> 't';
                            default -> 0;
                        };
                if (code != 0) {
                    lines.add(content, clean, i - clean);
                    lines.add('\\');
                    lines.add(code);
                    clean = i + 1;
                }
            }
            lines.add(content, clean, field.size() - clean);
        }

        void flush() {
            copy.write(lines.content(), 0, lines.size());
            lines.clear();
        }
    }
}
