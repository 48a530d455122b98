package dev.kalends.archive.cold;

import dev.kalends.archive.StoreArchive;
import dev.kalends.failure.KalendsException;
import dev.kalends.sql.QualifiedName;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Archived tables as a query sees them.
public final class ColdArchive {
    private final StoreArchive archive;
    private final List<ColdPartition> partitions;
    private final List<QualifiedName> maintained;
    private final BooleanSupplier stop;

    /// What a query came to.
    ///
    /// @param partitionsAll of the tables that it names
    /// @param bytesRead of objects
    /// @param bytesAll of the objects of these tables
    public record Read(
            long rows, long partitionsRead, long partitionsAll, long bytesRead, long bytesAll) {}

    /// @param partitions all that is in the archive, in the order in which it came there
    /// @param maintained tables that may have nothing there
    /// @param stop whether a query is to end
    public ColdArchive(
            StoreArchive archive,
            List<ColdPartition> partitions,
            Collection<QualifiedName> maintained,
            BooleanSupplier stop) {
        this.archive = archive;
        this.partitions = List.copyOf(partitions);
        this.maintained = List.copyOf(maintained);
        this.stop = stop;
    }

    StoreArchive archive() {
        return archive;
    }

    List<ColdPartition> partitions() {
        return partitions;
    }

    List<QualifiedName> maintained() {
        return maintained;
    }

    BooleanSupplier stop() {
        return stop;
    }

    /// What a query would read. Of the objects only footers are read.
    ///
    /// @throws KalendsException QUERY_FAILED, REFUSED, ARCHIVE_NOT_FOUND, QUERY_LIMIT, or what the
    ///   store throws
    public ColdPlan explain(String sql, ColdLimits limits) {
        try (ColdQuery query = ColdQuery.open(this, sql, limits)) {
            return query.explain();
        }
    }

    /// Runs a query to its end, and then shows what it gave.
    ///
    /// @param shown is good until it returns
    public Read ask(String sql, ColdLimits limits, Consumer<Answer> shown) {
        try (ColdQuery query = ColdQuery.open(this, sql, limits)) {
            Answer answer = query.answer();
            shown.accept(answer);
            return query.read(answer.rows());
        }
    }

    /// Runs a query into a Parquet file.
    ///
    /// @param taken gets the file when it is whole; it is removed afterwards
    public Read write(String sql, ColdLimits limits, Consumer<Path> taken) {
        try (ColdQuery query = ColdQuery.open(this, sql, limits)) {
            ColdQuery.Written written = query.write();
            taken.accept(written.file());
            return query.read(written.rows());
        }
    }
}
