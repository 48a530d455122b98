package dev.kalends.execute;

import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where partitions are written before they leave the database, and from where they come back.
public interface PartitionArchive {
    /// A partition to be written.
    ///
    /// @param partition attached or not
    /// @param bounds as the server prints them
    /// @param key columns of the partition key
    /// @param timeZone in which bounds of a timestamp without time zone are meant
    record Subject(
            QualifiedName table,
            QualifiedName partition,
            String bounds,
            List<Identifier> key,
            ZoneId timeZone) {
        public Subject {
            key = List.copyOf(key);
        }
    }

    /// What rows amount to.
    ///
    /// @param checksum sum of the rows' 64-bit hashes
    record Content(long rows, BigDecimal checksum) {
        public boolean same(Content other) {
            return rows == other.rows && checksum.compareTo(other.checksum) == 0;
        }
    }

    /// What was written, read back and found equal.
    ///
    /// @param location the folder of its objects, in the store
    /// @param bytes of its objects
    /// @param liveBytes of the partition with its indexes
    /// @param keyId of the key it is encrypted with; null if it is not
    record Copy(
            String location, Content content, long bytes, long liveBytes, @Nullable String keyId) {}

    /// What was loaded.
    ///
    /// @param columns those that the rows were loaded into, in the order of the archive
    /// @param skipped archived columns that the table has no more
    /// @param retyped archived columns that have another type now
    record Loaded(
            Content archived,
            long rows,
            List<Identifier> columns,
            List<String> skipped,
            List<String> retyped) {
        public Loaded {
            columns = List.copyOf(columns);
            skipped = List.copyOf(skipped);
            retyped = List.copyOf(retyped);
        }

        /// Whether what was loaded must have the archived checksum.
        public boolean whole() {
            return skipped.isEmpty() && retyped.isEmpty();
        }
    }

    /// Writes all rows of a partition, reads them back from the store and compares.
    Copy export(Session session, Subject subject);

    /// Loads archived rows into a table by the names of its columns, in the session's transaction.
    /// What is read is compared with the manifest; a difference is ARCHIVE_DAMAGED.
    Loaded load(Session session, String location, QualifiedName into);

    /// Names of the columns of what is at a location.
    List<String> columns(String location);

    /// Removes the objects of a location; it is no error if they are not there.
    void discard(String location);
}
