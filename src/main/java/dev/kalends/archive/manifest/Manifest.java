package dev.kalends.archive.manifest;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What lies beside the files of an archived partition and says all that is needed to read them
/// without Kalends and without the database. `docs/archive.md` describes it for the world.
///
/// @param format version of this description
/// @param program version of Kalends that wrote it
/// @param database name of the database
/// @param schema of the partitioned table
/// @param table the partitioned table
/// @param partition the partition, in the schema of its own
/// @param bounds as the server prints them: `FOR VALUES FROM … TO …`
/// @param key columns of the partition key, in order; the rows are sorted by them
/// @param timeZone in which the key's bounds are meant if it is a timestamp without one; IANA name
/// @param server version of PostgreSQL
/// @param encoding of the database; the checksum is over text in this encoding
/// @param ddl statements that make a table like the partition, with its constraints and indexes
/// @param columns in the order of the partition
/// @param checksum sum of `hashtextextended(row::text, 0)` over all rows, rows written as
///   PostgreSQL writes them with `TimeZone = UTC`, `DateStyle = ISO`, `IntervalStyle = postgres`,
///   `extra_float_digits = 1`, `bytea_output = hex`
/// @param liveBytes of heap, TOAST and indexes when it was written
/// @param encryption null if the files are plain Parquet
public record Manifest(
        int format,
        String program,
        Instant writtenAt,
        String database,
        String schema,
        String table,
        String partitionSchema,
        String partition,
        String bounds,
        List<String> key,
        String timeZone,
        String server,
        String encoding,
        List<String> ddl,
        List<Column> columns,
        List<DataFile> files,
        long rows,
        BigDecimal checksum,
        long liveBytes,
        @Nullable Encryption encryption) {
    /// The version that this program writes.
    public static final int FORMAT = 1;

    public Manifest {
        key = List.copyOf(key);
        ddl = List.copyOf(ddl);
        columns = List.copyOf(columns);
        files = List.copyOf(files);
    }

    /// A column.
    ///
    /// @param type as `format_type` prints it
    /// @param form how its values are written in the files
    /// @param generated whether PostgreSQL computes it, so that it is not loaded
    public record Column(String name, String type, Form form, Generated generated) {}

    /// Whether PostgreSQL computes a column.
    public enum Generated {
        NO,
        STORED,
        VIRTUAL
    }

    /// How values of a column are written in the files.
    public enum Form {
        BOOLEAN,
        INT16,
        INT32,
        INT64,
        FLOAT,
        DOUBLE,
        /// Text as it is.
        TEXT,
        BYTES,
        DATE,
        /// Microseconds, without a time zone.
        TIMESTAMP,
        /// Microseconds, an instant.
        INSTANT,
        UUID,
        /// Of the column's own precision and scale.
        DECIMAL,
        /// The type's own text, as PostgreSQL prints it: what Parquet has no exact form for.
        PRINTED
    }

    /// A file, beside the manifest.
    ///
    /// @param name of the object, in the manifest's folder
    /// @param bytes of the object
    /// @param sha256 of the object, in lower-case hex
    /// @param rows in it
    /// @param least smallest value of the first key column, as PostgreSQL prints it; null if there
    ///   are no rows
    /// @param greatest largest value of the first key column
    public record DataFile(
            String name,
            long bytes,
            String sha256,
            long rows,
            @Nullable String least,
            @Nullable String greatest) {}

    /// How the files are encrypted.
    ///
    /// @param method name of the scheme
    /// @param keyId which key wraps the data key; tells nothing about the key itself
    /// @param wrappedKey the data key, encrypted; Base64
    public record Encryption(String method, String keyId, String wrappedKey) {}

    /// The same with another key.
    public Manifest with(Encryption other) {
        return new Manifest(
                format,
                program,
                writtenAt,
                database,
                schema,
                table,
                partitionSchema,
                partition,
                bounds,
                key,
                timeZone,
                server,
                encoding,
                ddl,
                columns,
                files,
                rows,
                checksum,
                liveBytes,
                other);
    }

    /// The same partition with fewer rows, written anew.
    ///
    /// @param written what was written of it, as if it were a table of its own
    public Manifest rewritten(Manifest written) {
        List<Column> now = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            Column column = written.columns().get(i);
            now.add(
                    new Column(
                            column.name(),
                            column.type(),
                            column.form(),
                            columns.get(i).generated()));
        }
        return new Manifest(
                FORMAT,
                written.program(),
                written.writtenAt(),
                database,
                schema,
                table,
                partitionSchema,
                partition,
                bounds,
                key,
                timeZone,
                written.server(),
                written.encoding(),
                ddl,
                now,
                written.files(),
                written.rows(),
                written.checksum(),
                liveBytes,
                written.encryption());
    }

    /// Bytes of all files.
    public long bytes() {
        return files.stream().mapToLong(DataFile::bytes).sum();
    }
}
