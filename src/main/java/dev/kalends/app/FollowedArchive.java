package dev.kalends.app;

import dev.kalends.execute.PartitionArchive;
import dev.kalends.pg.Session;
import dev.kalends.sql.QualifiedName;
import java.util.List;
import java.util.function.Consumer;

/// An archive that tells before it removes objects, so that nobody is sent to what is gone.
final class FollowedArchive implements PartitionArchive {
    private final PartitionArchive archive;
    private final Consumer<String> beforeDiscard;

    FollowedArchive(PartitionArchive archive, Consumer<String> beforeDiscard) {
        this.archive = archive;
        this.beforeDiscard = beforeDiscard;
    }

    @Override
    public Copy export(Session session, Subject subject) {
        return archive.export(session, subject);
    }

    @Override
    public Loaded load(Session session, String location, QualifiedName into) {
        return archive.load(session, location, into);
    }

    @Override
    public List<String> columns(String location) {
        return archive.columns(location);
    }

    @Override
    public void discard(String location) {
        beforeDiscard.accept(location);
        archive.discard(location);
    }
}
