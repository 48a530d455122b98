package dev.kalends.app;

import dev.kalends.config.ViewConfig;
import dev.kalends.pg.Target;
import dev.kalends.wire.TlsFiles;
import dev.kalends.wire.WireServer;
import dev.kalends.wire.WireSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/// Serves the archived partitions of one database to that database.
public final class ArchiveEndpoint implements AutoCloseable {
    private final ArchivedTablesCatalog catalog;
    private final WireServer server;

    private ArchiveEndpoint(ArchivedTablesCatalog catalog, WireServer server) {
        this.catalog = catalog;
        this.server = server;
    }

    /// @param folder where relative files begin
    /// @throws dev.kalends.failure.KalendsException CONNECTION_FAILED if it cannot listen there;
    ///   CONFIGURATION if the certificate cannot be used
    public static ArchiveEndpoint start(
            Target target, ViewConfig config, Path folder, ArchiveAccess archive) {
        ViewConfig.Tls tls = config.tls();
        WireSettings settings =
                new WireSettings(
                        new InetSocketAddress(config.listen().host(), config.listen().port()),
                        config.user(),
                        config.password(),
                        tls == null
                                ? null
                                : TlsFiles.read(
                                        folder.resolve(tls.certificate()),
                                        folder.resolve(tls.key())),
                        config.connectionsMax(),
                        WireSettings.Limits.defaults());
        ArchivedTablesCatalog catalog = new ArchivedTablesCatalog(target, archive);
        return new ArchiveEndpoint(catalog, WireServer.start(settings, catalog));
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return server.address();
    }

    @Override
    public void close() {
        server.close();
        catalog.close();
    }
}
