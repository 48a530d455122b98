package dev.kalends.demo.messaging;

import java.time.Clock;
import java.util.List;
import java.util.SplittableRandom;

/// What a client draws its rows from.
///
/// @param members the ids of all members
record LiveSource(
        MessagingWorld world, SplittableRandom random, Clock clock, List<String> members) {
    static LiveSource of(MessagingWorld world, SplittableRandom random) {
        return new LiveSource(world, random, world.clock(), world.members());
    }

    Generator generator() {
        return world.generator();
    }

    /// The time as PostgreSQL writes it.
    String now() {
        return Timeline.text(clock.millis());
    }

    /// An id that tells when its row was made, as "createdAt" does.
    String newId(long createdAtMillis) {
        return Cuid.of(Cuid.Kind.WRITTEN, createdAtMillis, world.nextNumber(), random.nextLong());
    }

    /// Deletes a row, and what refers to it.
    Work delete(Tenant tenant, WorldRow row) {
        Changes changes = new Changes(tenant);
        changes.delete(row.table(), row.id());
        return Work.of(
                changes, new Work.Step.Statement(row.table().deleteById(), List.of(row.id()), 1));
    }
}
