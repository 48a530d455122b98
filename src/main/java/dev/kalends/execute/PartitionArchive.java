package dev.kalends.execute;

import dev.kalends.pg.Session;
import dev.kalends.sql.QualifiedName;
import java.math.BigDecimal;

/// Where partitions are written before they leave the database.
public interface PartitionArchive {
    /// What was written, read back and found equal.
    ///
    /// @param location where it is
    /// @param checksum sum of the rows' 64-bit hashes
    record Copy(String location, long rows, BigDecimal checksum) {}

    /// Writes all rows of a partition and reads them back.
    ///
    /// @param partition attached or not
    Copy export(Session session, QualifiedName partition);
}
