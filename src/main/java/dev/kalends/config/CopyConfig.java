package dev.kalends.config;

import dev.kalends.unit.ByteSize;

/// How rows are copied.
///
/// @param sessions how many copy at the same time
/// @param chunkBytes about how much one statement copies
/// @param sortMemory `maintenance_work_mem` and `work_mem` of each session
public record CopyConfig(int sessions, ByteSize chunkBytes, ByteSize sortMemory) {
    static final Limits<Integer> SESSIONS = Limits.ofCount(1, 16);
    static final Limits<ByteSize> CHUNK_BYTES = Limits.ofSize("1MB", "10GB");
    static final Limits<ByteSize> SORT_MEMORY = Limits.ofSize("1MB", "1TB");

    public CopyConfig {
        SESSIONS.check("sessions", sessions);
        CHUNK_BYTES.check("chunkBytes", chunkBytes);
        SORT_MEMORY.check("sortMemory", sortMemory);
    }

    public static CopyConfig defaults() {
        return new CopyConfig(2, ByteSize.ofMegabytes(64), ByteSize.ofMegabytes(256));
    }
}
