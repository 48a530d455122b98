package dev.kalends.execute;

import dev.kalends.pg.Session;

/// The views over live and archived rows, which follow partitions from place to place: in the
/// transaction in which a partition moves, so that nobody ever sees a row twice or not at all.
public interface ArchiveViews {
    /// Where a view takes the rows of a partition from.
    enum Place {
        /// From the partitioned table, which holds the partition.
        TABLE,
        /// From the detached partition.
        ASIDE,
        /// From the archive.
        ARCHIVE
    }

    /// Whether there is a view over a partitioned table.
    boolean shown(Session session, long tableOid);

    /// Makes ready what a later call of `show` would need of the archive. Does nothing where there
    /// is no view.
    void prepare(Session session, long tableOid);

    /// Changes the view in the session's transaction, before the partition moves: the view is
    /// locked first, as by everybody who reads it. Does nothing where there is no view.
    ///
    /// @param leafOid of the partition that is about to move
    /// @param place where its rows will be
    void show(Session session, long tableOid, long leafOid, Place place);

    /// Takes what left the archive out of the view, in the session's transaction.
    void forget(Session session, long tableOid, long archive);
}
