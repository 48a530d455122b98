package dev.kalends.maintain;

import dev.kalends.execute.ArchiveViews;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Archives;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.Session;
import dev.kalends.sql.QualifiedName;
import org.jspecify.annotations.Nullable;

/// An archived partition that leaves the archive for good.
///
/// @param archive id of its row in the journal
/// @param set null if its table is no longer under maintenance
/// @param rows for the record
public record Expiry(
        long archive, @Nullable Long set, QualifiedName partition, String location, long rows) {
    public static Expiry of(Archives.Archived archived) {
        return new Expiry(
                archived.id(),
                archived.set(),
                archived.leaf(),
                archived.location(),
                archived.rows());
    }

    /// The objects go first: what is removed by half is removed again by the next call.
    ///
    /// @throws KalendsException REFUSED if it is held
    public void run(Session session, PartitionArchive store, ArchiveViews views) {
        session.transaction(() -> {
            if (!Archives.lockFree(session, archive)) {
                throw new KalendsException(
                        FailureCode.REFUSED,
                        "%s is held, or is gone already.".formatted(partition),
                        "Nothing was removed.",
                        "kalends archive list tells which; kalends archive release ends a hold.");
            }
            // Out of the view before the objects go: who reads them now is waited for.
            for (PartitionSets.Maintained each : PartitionSets.all(session)) {
                if (set != null && set == each.id()) {
                    views.forget(session, each.oid(), archive);
                }
            }
            store.discard(location);
            Archives.expired(session, archive);
            if (set != null) {
                PartitionSets.note(
                        session,
                        set,
                        "expire",
                        "%d rows of %s from %s".formatted(rows, partition, location));
            }
        });
    }
}
