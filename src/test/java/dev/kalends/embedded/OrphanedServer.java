package dev.kalends.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/// Starts a server, tells where it is, and then does nothing until the JVM is killed.
final class OrphanedServer {
    private OrphanedServer() {}

    public static void main(String[] arguments) throws IOException {
        EmbeddedPostgres server = EmbeddedPostgres.start(Integer.parseInt(arguments[0]));
        Files.writeString(Path.of(arguments[1]), server.home() + "\n");
        while (true) {
            LockSupport.park();
        }
    }
}
