package dev.kalends.archive;

import dev.kalends.pg.CopyOut;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Reads the messages of a copy ahead on a thread of its own: the server prepares rows while those
/// before are written. What waits is limited in bytes, to one message if that is larger.
final class ReadAhead implements AutoCloseable {
    private static final int WAITING_BYTES_MAX = 8 << 20;
    private static final int BATCH_BYTES = 256 << 10;

    private final CopyOut copy;
    private final Thread reader;
    private final Semaphore room = new Semaphore(WAITING_BYTES_MAX);
    private final LinkedBlockingQueue<Batch> batches = new LinkedBlockingQueue<>();
    private volatile boolean unwanted;
    private Batch batch = new Batch(List.of(), 0, Follows.MORE, null);
    private Iterator<byte[]> messages = batch.messages().iterator();

    private enum Follows {
        MORE,
        NOTHING
    }

    /// @param room that it takes, in bytes
    /// @param failure of what would have followed
    private record Batch(
            List<byte[]> messages, int room, Follows follows, @Nullable RuntimeException failure) {}

    private ReadAhead(CopyOut copy) {
        this.copy = copy;
        this.reader = Thread.ofPlatform().daemon().name("kalends-copy").unstarted(this::read);
    }

    static ReadAhead start(CopyOut copy) {
        ReadAhead ahead = new ReadAhead(copy);
        ahead.reader.start();
        return ahead;
    }

    private void read() {
        Follows follows = Follows.MORE;
        while (follows == Follows.MORE && !unwanted) {
            List<byte[]> read = new ArrayList<>();
            RuntimeException failure = null;
            int bytes = 0;
            try {
                while (bytes < BATCH_BYTES && follows == Follows.MORE) {
                    byte[] message = copy.next();
                    if (message == null) {
                        follows = Follows.NOTHING;
                    } else {
                        read.add(message);
                        bytes = Math.clamp((long) bytes + message.length, 0, WAITING_BYTES_MAX);
                    }
                }
            } catch (RuntimeException e) {
                failure = e;
                follows = Follows.NOTHING;
            }
            room.acquireUninterruptibly(bytes);
            batches.add(new Batch(read, bytes, follows, failure));
        }
    }

    /// The next message.
    ///
    /// @return null at the end
    byte @Nullable [] next() {
        while (!messages.hasNext()) {
            if (batch.failure() != null) {
                throw batch.failure();
            }
            if (batch.follows() == Follows.NOTHING) {
                return null;
            }
            room.release(batch.room());
            try {
                batch = batches.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while rows were read", e);
            }
            messages = batch.messages().iterator();
        }
        return messages.next();
    }

    /// Waits until nobody reads any more; what is left of the copy is then its owner's.
    @Override
    public void close() {
        unwanted = true;
        // The reader finds room, and sees that it is not wanted.
        room.release(WAITING_BYTES_MAX);
        boolean interrupted = false;
        while (reader.isAlive()) {
            try {
                reader.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
