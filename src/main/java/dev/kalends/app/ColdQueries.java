package dev.kalends.app;

import dev.kalends.archive.cold.ColdArchive;
import dev.kalends.archive.cold.ColdPartition;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Archives;
import dev.kalends.journal.Journal;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.sql.QualifiedName;
import java.util.List;

/// SQL over what the archive of one database holds.
public final class ColdQueries {
    private final Target target;
    private final ArchiveAccess archive;
    private final StopSignal stop;

    public ColdQueries(Target target, ArchiveAccess archive, StopSignal stop) {
        this.target = target;
        this.archive = archive;
        this.stop = stop;
    }

    private record Known(List<ColdPartition> archived, List<QualifiedName> maintained) {}

    /// The archive as the journal lists it now. The database is not asked again.
    public ColdArchive open() {
        Known known = known();
        return new ColdArchive(
                archive.open(), known.archived(), known.maintained(), stop::requested);
    }

    private Known known() {
        try (Session session = Session.open(target, "archive")) {
            if (!Journal.exists(session)) {
                throw new KalendsException(
                        FailureCode.NOT_MAINTAINED,
                        "No table of this database is under maintenance, and nothing was archived.",
                        "Nothing was changed.",
                        "Convert a table with kalends migrate, or take one over with kalends adopt.");
            }
            Journal.upgrade(session);
            return new Known(
                    Archives.all(session).stream()
                            .map(each ->
                                    new ColdPartition(
                                            each.table(),
                                            each.leaf(),
                                            each.location(),
                                            each.rows(),
                                            each.bytes()))
                            .toList(),
                    PartitionSets.all(session).stream().map(each -> each.spec().table()).toList());
        } catch (PgException e) {
            throw e.toKalends(
                    "The list of archived partitions could not be read",
                    "Nothing was changed.",
                    "Run the same command again.");
        }
    }
}
