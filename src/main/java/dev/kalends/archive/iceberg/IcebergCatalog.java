package dev.kalends.archive.iceberg;

import dev.kalends.config.IcebergName;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.Session;
import dev.kalends.pg.SessionPool;
import dev.kalends.pg.Target;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.store.ObjectStore;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.jdbc.JdbcCatalog;

/// The catalog of Iceberg tables in schema `kalends_iceberg` of the database itself. While one is
/// open, no other process changes the tables.
public final class IcebergCatalog implements AutoCloseable {
    /// Its name, which other engines have to give too.
    public static final String NAME = "kalends";

    private final Session session;
    private final SessionPool pool;
    private final StoreFiles files;
    private final JdbcCatalog catalog;

    /// An archived partition that a table is to show.
    public record Part(QualifiedName partition, String location, long rows) {}

    /// What a table shows now.
    ///
    /// @param added partitions that were not there before
    /// @param removed partitions that are there no more
    /// @param leftOut a sentence for each partition that it cannot show
    public record Synced(int files, long rows, int added, int removed, List<String> leftOut) {
        public Synced {
            leftOut = List.copyOf(leftOut);
        }
    }

    private IcebergCatalog(
            Session session, SessionPool pool, StoreFiles files, JdbcCatalog catalog) {
        this.session = session;
        this.pool = pool;
        this.files = files;
        this.catalog = catalog;
    }

    private static final Sql WAIT = Sql.of("SET lock_timeout = '1min'");
    private static final Sql LOCK =
            Sql.of(
                    "SELECT pg_advisory_lock(hashtext('kalends'), hashtext('iceberg'))::text IS NULL");
    private static final List<Sql> TABLES =
            List.of(
                    Sql.of("SET client_min_messages = warning"),
                    Sql.of("CREATE SCHEMA IF NOT EXISTS kalends_iceberg"),
                    // As the library makes them, which looks for them in every schema.
                    Sql.of(
                            """
                            CREATE TABLE IF NOT EXISTS kalends_iceberg.iceberg_tables (
                                catalog_name varchar(255) NOT NULL, table_namespace varchar(255) NOT NULL, table_name varchar(255) NOT NULL,
                                metadata_location varchar(1000), previous_metadata_location varchar(1000), iceberg_type varchar(5),
                                PRIMARY KEY (catalog_name, table_namespace, table_name))
                            """),
                    Sql.of(
                            """
                            CREATE TABLE IF NOT EXISTS kalends_iceberg.iceberg_namespace_properties (
                                catalog_name varchar(255) NOT NULL, namespace varchar(255) NOT NULL, property_key varchar(255),
                                property_value varchar(1000), PRIMARY KEY (catalog_name, namespace, property_key))
                            """));
    private static final Sql DATABASE = Sql.of("SELECT current_database()");

    /// Opens it, made if it is not there; waits a minute for another process that has it open.
    ///
    /// @param store of the archive, where metadata is written too
    /// @throws KalendsException ICEBERG_FAILED, or what the store throws
    public static IcebergCatalog open(Target target, ObjectStore store) {
        Session session = Session.open(target, "iceberg");
        SessionPool pool = target.pool("iceberg catalog", 2);
        try {
            session.execute(WAIT);
            session.one(LOCK, row -> row.truth(1));
            session.execute(TABLES);
            String database = session.one(DATABASE, row -> row.text(1));
            StoreFiles files = new StoreFiles(store);
            JdbcCatalog catalog =
                    new JdbcCatalog(
                            _ -> files,
                            _ -> new CatalogConnections(pool),
                            /* initializeCatalogTables= */ true);
            IcebergCatalog opened = new IcebergCatalog(session, pool, files, catalog);
            opened.guarded(() -> {
                catalog.initialize(
                        NAME,
                        Map.of(
                                CatalogProperties.URI,
                                target.toString(),
                                CatalogProperties.WAREHOUSE_LOCATION,
                                files.location(StoreFiles.FOLDER + folder(database)),
                                "jdbc.schema-version",
                                "V1"));
                return NAME;
            });
            return opened;
        } catch (RuntimeException e) {
            pool.close();
            session.close();
            throw e;
        }
    }

    /// A database's name as a folder: other engines read addresses as they are.
    private static String folder(String database) {
        return database.replaceAll("[^A-Za-z0-9_-]", "_");
    }

    /// Makes a table show exactly these partitions; it is made when there is the first of them.
    public Synced sync(IcebergName name, List<Part> parts, Manifests manifests, Instant now) {
        return guarded(() -> {
            Namespace namespace = Namespace.of(name.namespace());
            if (!parts.isEmpty() && !catalog.namespaceExists(namespace)) {
                catalog.createNamespace(namespace);
            }
            ShownTable table = table(name);
            Synced synced = table.sync(parts, manifests);
            table.forget(now);
            return synced;
        });
    }

    /// Takes what is at a location out of a table, before its objects are removed.
    public void withdraw(IcebergName name, String location) {
        guarded(() -> {
            table(name).withdraw(location);
            return name;
        });
    }

    private ShownTable table(IcebergName name) {
        return new ShownTable(catalog, files, TableIdentifier.of(name.namespace(), name.table()));
    }

    /// The library throws exceptions of many kinds.
    private <T> T guarded(Supplier<T> work) {
        try {
            return work.get();
        } catch (KalendsException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new KalendsException(
                    FailureCode.ICEBERG_FAILED,
                    "The Iceberg catalog could not be worked on: " + e.getMessage(),
                    "What was done in the archive is done. The Iceberg table is as before or, if only the answer was lost, as it should be.",
                    "kalends archive iceberg brings it up to date.",
                    e);
        }
    }

    @Override
    public void close() {
        try (session;
                pool) {
            catalog.close();
        }
    }
}
