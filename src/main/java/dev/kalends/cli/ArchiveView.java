package dev.kalends.cli;

import dev.kalends.app.Archiving.Outcome;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Archives.Archived;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An archived partition as a program reads it.
///
/// @param standing LIVE, GONE or RESTORED: where its rows are besides
/// @param bytes of its objects
/// @param liveBytes of the partition with its indexes, when it was written
/// @param verifiedAt when it was last read and found whole
/// @param held why it does not expire; null if it may
record ArchiveView(
        String table,
        String partition,
        String bounds,
        String standing,
        long rows,
        String checksum,
        long bytes,
        long liveBytes,
        String location,
        @Nullable String keyId,
        String verifiedAt,
        @Nullable String held) {
    /// What became of one.
    ///
    /// @param code of the failure; null if it went well
    record OutcomeView(
            String table,
            String partition,
            List<String> told,
            @Nullable String code,
            @Nullable String failure,
            @Nullable String next) {
        static OutcomeView of(Outcome outcome) {
            KalendsException failure = outcome.failure();
            return new OutcomeView(
                    outcome.archived().table().display(),
                    outcome.archived().leaf().display(),
                    outcome.told(),
                    failure == null ? null : failure.code().name(),
                    failure == null ? null : failure.what(),
                    failure == null ? null : failure.next());
        }
    }

    static ArchiveView of(Archived archived) {
        return new ArchiveView(
                archived.table().display(),
                archived.leaf().display(),
                archived.bounds(),
                archived.standing().name(),
                archived.rows(),
                archived.checksum().toPlainString(),
                archived.bytes(),
                archived.liveBytes(),
                archived.location(),
                archived.keyId(),
                archived.verifiedAt(),
                archived.heldBecause());
    }
}
