package dev.kalends.archive;

import dev.kalends.archive.duckdb.Cells;
import dev.kalends.archive.duckdb.Parquet;
import dev.kalends.archive.duckdb.ParquetRows;
import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.manifest.Manifest.Column;
import dev.kalends.archive.manifest.Manifest.DataFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Some columns of an archived partition, row by row. Each file is fetched when its turn comes,
/// compared with its digest, and removed again; without columns nothing is fetched, since the
/// manifest says how many rows there are.
public final class ArchivedRows implements AutoCloseable {
    private final Contents contents;
    private final Manifest manifest;
    private final String folder;
    private final List<Column> columns;
    private final Parquet parquet;
    private final Workspace workspace;
    private final RowText text;
    private final Iterator<DataFile> files;
    private @Nullable DataFile file;
    private @Nullable ParquetRows rows;
    private @Nullable Cells cells;
    private long read;

    ArchivedRows(
            Contents contents,
            Manifest manifest,
            String folder,
            List<Column> columns,
            Parquet parquet) {
        this.contents = contents;
        this.manifest = manifest;
        this.folder = folder;
        this.columns = List.copyOf(columns);
        this.parquet = parquet;
        this.workspace = Workspace.create();
        this.text = new RowText(columns, StandardCharsets.UTF_8);
        this.files = manifest.files().iterator();
    }

    /// Goes to the next row.
    ///
    /// @return false at the end
    /// @throws dev.kalends.failure.KalendsException OBJECT_MISSING, ARCHIVE_KEY, or ARCHIVE_DAMAGED
    ///   if a file is not what the manifest says
    public boolean next() {
        if (columns.isEmpty()) {
            read++;
            return read <= manifest.rows();
        }
        while (true) {
            ParquetRows open = rows;
            if (open == null) {
                if (!files.hasNext()) {
                    return false;
                }
                DataFile next = files.next();
                file = next;
                rows = parquet.open(columns, contents.fetched(manifest, folder, next, workspace));
                read = 0;
                continue;
            }
            cells = open.next();
            if (cells != null) {
                text.set(cells);
                read++;
                return true;
            }
            endFile(open);
        }
    }

    private void endFile(ParquetRows open) {
        DataFile ended = file;
        rows = null;
        file = null;
        open.close();
        if (ended != null) {
            if (read != ended.rows()) {
                throw Contents.otherRows(folder, ended, read);
            }
            workspace.empty();
        }
    }

    /// The text of a field in UTF-8, as PostgreSQL prints it; null is SQL's NULL. Good until the
    /// next row.
    public @Nullable ByteBuffer field(int column) {
        Cells row = cells;
        if (row == null) {
            throw new IllegalStateException("There is no row");
        }
        if (row.isNull(column)) {
            return null;
        }
        Bytes field = text.field(column);
        return ByteBuffer.wrap(field.content(), 0, field.size());
    }

    @Override
    public void close() {
        try (workspace;
                parquet) {
            ParquetRows open = rows;
            rows = null;
            if (open != null) {
                open.close();
            }
        }
    }
}
