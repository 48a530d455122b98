package dev.kalends.config;

import static dev.kalends.config.Key.limited;
import static dev.kalends.config.Key.optional;
import static dev.kalends.config.Key.required;

import dev.kalends.config.Key.Shape;
import java.util.List;

/// Every key of the file: the one list behind messages, the reference and the schema for editors.
final class Keys {
    private Keys() {}

    static List<Key> of(Section section) {
        return switch (section) {
            case ROOT -> ROOT;
            case TABLE -> TABLE;
            case PARTITION -> PARTITION;
            case TIME_CHECK -> TIME_CHECK;
            case THEN -> THEN;
            case LAYOUT -> LAYOUT;
            case LIFECYCLE -> LIFECYCLE;
            case UPDATE -> UPDATE;
            case COPY -> COPY;
            case SWITCH -> SWITCH;
            case THROTTLE -> THROTTLE;
            case CLEANUP -> CLEANUP;
            case SCHEDULE -> SCHEDULE;
            case ARCHIVE -> ArchiveKeys.ARCHIVE;
            case ENCRYPTION -> ArchiveKeys.ENCRYPTION;
            case VIEW -> ArchiveKeys.VIEW;
            case VIEW_TLS -> ArchiveKeys.VIEW_TLS;
            case SMOKE -> SMOKE;
            case PRICES -> PRICES;
        };
    }

    private static final List<Key> ROOT =
            List.of(
                    optional("database", Scalar.URL, "URL of the database."),
                    limited(
                            "diskFree",
                            Scalar.SIZE,
                            Config.DISK_FREE,
                            "Space free on the server's disk."),
                    optional(
                            "tables",
                            new Shape.Mappings(Section.TABLE),
                            "What is wanted for each table."),
                    optional("copy", new Shape.Mapping(Section.COPY), "How rows are copied."),
                    optional(
                            "switch",
                            new Shape.Mapping(Section.SWITCH),
                            "How the tables are exchanged under a lock."),
                    optional(
                            "throttle",
                            new Shape.Mapping(Section.THROTTLE),
                            "When work pauses for the sake of others."),
                    optional(
                            "cleanup",
                            new Shape.Mapping(Section.CLEANUP),
                            "When the old table goes."),
                    optional(
                            "schedule",
                            new Shape.Mapping(Section.SCHEDULE),
                            "When the daemon does what is due."),
                    optional(
                            "archive",
                            new Shape.Mapping(Section.ARCHIVE),
                            "Where partitions go that leave the database."),
                    optional(
                            "smoke",
                            new Shape.Mappings(Section.SMOKE),
                            "What is tried after a switch."),
                    optional(
                            "prices",
                            new Shape.Mapping(Section.PRICES),
                            "What a gigabyte costs in a month."));

    private static final List<Key> TABLE =
            List.of(
                    required(
                            "table",
                            Scalar.TABLE,
                            "The table, in the case it has in the database; schema.table when not in public."),
                    required("partition", new Shape.Mapping(Section.PARTITION), "How it is cut."),
                    optional(
                            "unique",
                            new Shape.Words(Scalar.UNIQUE),
                            "What becomes of unique keys without the partition key, by their columns."),
                    optional(
                            "references",
                            Scalar.REFERENCES,
                            "What becomes of foreign keys from and to the table."),
                    optional(
                            "withoutPrimaryKey",
                            Scalar.KEYLESS,
                            "What a table without a primary key may do during the conversion."),
                    optional(
                            "acknowledge",
                            new Shape.Several(Scalar.ACKNOWLEDGEMENT),
                            "Risks that have been read and are taken."),
                    optional(
                            "layout",
                            new Shape.Mapping(Section.LAYOUT),
                            "How rows lie within a partition."),
                    optional(
                            "lifecycle",
                            new Shape.Mapping(Section.LIFECYCLE),
                            "What becomes of partitions as they grow old."));

    private static final List<Key> PARTITION =
            List.of(
                    optional("by", Scalar.METHOD, "How rows are assigned to partitions."),
                    required("key", Scalar.COLUMN, "The partition key."),
                    optional(
                            "every",
                            new Shape.Either(Scalar.INTERVAL, Scalar.SIZE_IN_NUMBERS),
                            "By range: how much time, or how many numbers, a partition holds."),
                    optional("format", Scalar.FORMAT, "By range: how the key holds the time."),
                    limited(
                            "partitions",
                            Scalar.COUNT,
                            PartitionConfig.PARTITIONS,
                            "By hash: how many partitions."),
                    optional(
                            "values",
                            new Shape.Lists(Scalar.VALUE),
                            "By list: each partition with its values."),
                    optional(
                            "default",
                            Scalar.STRAYS,
                            "Whether rows that no partition is meant for get one of their own."),
                    optional("collate", Scalar.COLLATION, "The collation of a text key."),
                    optional(
                            "timeCheck",
                            new Shape.Mapping(Section.TIME_CHECK),
                            "A check on a timestamp beside an id that holds the time."),
                    optional(
                            "then",
                            new Shape.Mapping(Section.THEN),
                            "How each partition is cut in turn."),
                    limited(
                            "ahead",
                            Scalar.COUNT,
                            PartitionConfig.AHEAD,
                            "How many partitions after the current one exist beforehand."),
                    optional("timeZone", Scalar.TIME_ZONE, "In whose local time partitions begin."),
                    optional("names", Scalar.NAMES, "How partitions are named."));

    private static final List<Key> TIME_CHECK =
            List.of(
                    required("column", Scalar.COLUMN, "The timestamp."),
                    limited(
                            "slack",
                            Scalar.DURATION,
                            PartitionConfig.SLACK,
                            "How far it may disagree with the id."));

    private static final List<Key> THEN =
            List.of(
                    required("by", Scalar.SECOND_METHOD, "How rows are assigned."),
                    required("key", Scalar.COLUMN, "The second partition key."),
                    limited(
                            "partitions",
                            Scalar.COUNT,
                            PartitionConfig.PARTITIONS,
                            "By hash: how many partitions."),
                    optional(
                            "values",
                            new Shape.Lists(Scalar.VALUE),
                            "By list: each partition with its values."));

    private static final List<Key> LAYOUT =
            List.of(
                    optional(
                            "clusterBy",
                            new Shape.Several(Scalar.COLUMN),
                            "Columns that rows are sorted by while they are copied."));

    private static final List<Key> LIFECYCLE =
            List.of(
                    limited(
                            "exportAfter",
                            Scalar.AGE,
                            LifecycleConfig.AGE,
                            "Exported, and still live."),
                    limited(
                            "archiveAfter",
                            Scalar.AGE,
                            LifecycleConfig.AGE,
                            "Exported, and detached from the table."),
                    limited(
                            "retain",
                            Scalar.AGE,
                            LifecycleConfig.AGE,
                            "Dropped from the database, once it is in the archive."),
                    limited(
                            "retainArchive",
                            Scalar.AGE,
                            LifecycleConfig.AGE,
                            "Removed from the archive."),
                    optional(
                            "update",
                            new Shape.Mappings(Section.UPDATE),
                            "What is done to old rows that stay."),
                    optional(
                            "dropWhen",
                            Scalar.SQL,
                            "A condition that all rows satisfy before their partition may go."),
                    optional(
                            "drop",
                            Scalar.ENDING,
                            "Whether partitions are dropped without being archived."),
                    optional(
                            "keepWhen",
                            Scalar.SQL,
                            "A condition: a partition with a row that satisfies it stays."),
                    optional(
                            "keep",
                            Scalar.KEEP,
                            "Whether partitions are detached and kept in the database."),
                    optional("schema", Scalar.COLUMN, "Where partitions go that are kept."),
                    optional(
                            "referrers",
                            new Shape.Words(Scalar.REFERRERS),
                            "What becomes of rows of other tables that refer to rows which go."),
                    optional(
                            "iceberg",
                            Scalar.ICEBERG,
                            "The Apache Iceberg table that shows what is archived."));

    private static final List<Key> UPDATE =
            List.of(
                    new Key(
                            "after",
                            new Shape.Single(Scalar.AGE, LifecycleConfig.AGE),
                            Key.Presence.REQUIRED,
                            "How old the rows are."),
                    required("set", Scalar.SQL, "As after SQL's SET."),
                    required("where", Scalar.SQL, "As after SQL's WHERE; false once updated."));

    private static final List<Key> COPY =
            List.of(
                    limited(
                            "sessions",
                            Scalar.COUNT,
                            CopyConfig.SESSIONS,
                            "How many sessions copy at the same time."),
                    limited(
                            "chunkBytes",
                            Scalar.SIZE,
                            CopyConfig.CHUNK_BYTES,
                            "About how much one transaction copies."),
                    limited(
                            "sortMemory",
                            Scalar.SIZE,
                            CopyConfig.SORT_MEMORY,
                            "maintenance_work_mem and work_mem of each session."));

    private static final List<Key> SWITCH =
            List.of(
                    limited(
                            "lockTimeout",
                            Scalar.DURATION,
                            SwitchConfig.LOCK_TIMEOUT,
                            "How long one attempt waits for its locks together."),
                    limited(
                            "attempts",
                            Scalar.COUNT,
                            SwitchConfig.ATTEMPTS,
                            "How often the lock is tried."),
                    limited(
                            "retryPause",
                            Scalar.DURATION,
                            SwitchConfig.RETRY_PAUSE,
                            "Between two attempts."),
                    limited(
                            "rowsInLockMax",
                            Scalar.COUNT,
                            SwitchConfig.ROWS_IN_LOCK_MAX,
                            "How many captured writes may be replayed under the locks."));

    private static final List<Key> THROTTLE =
            List.of(
                    limited(
                            "replicaLag",
                            Scalar.DURATION,
                            ThrottleConfig.REPLICA_LAG,
                            "Pauses while a replica replays later than this."),
                    limited(
                            "replicaLagBytes",
                            Scalar.SIZE,
                            ThrottleConfig.REPLICA_LAG_BYTES,
                            "Pauses while a replica is further behind than this."),
                    limited(
                            "longTransaction",
                            Scalar.DURATION,
                            ThrottleConfig.LONG_TRANSACTION,
                            "Pauses while a transaction is open for longer than this."),
                    optional("window", Scalar.WINDOW, "Works within this part of the day only."));

    private static final List<Key> CLEANUP =
            List.of(
                    limited(
                            "grace",
                            Scalar.DURATION,
                            CleanupConfig.GRACE,
                            "How long the old table stays after the switch."));

    private static final List<Key> SCHEDULE =
            List.of(
                    optional(
                            "create",
                            Scalar.CRON,
                            "When partitions are made ahead, gaps filled and default partitions emptied."),
                    optional(
                            "lifecycle",
                            Scalar.CRON,
                            "When old rows are updated, and old partitions exported, detached and dropped."),
                    optional("timeZone", Scalar.TIME_ZONE, "In whose local time both are meant."),
                    optional(
                            "window",
                            Scalar.WINDOW,
                            "Work of the lifecycle begins within this part of the day only."),
                    limited(
                            "nodePolling",
                            Scalar.DURATION,
                            ScheduleConfig.NODE_POLLING,
                            "How often a node looks for due work."));

    private static final List<Key> SMOKE =
            List.of(
                    optional("sql", Scalar.SQL, "A query."),
                    optional("command", Scalar.WORD, "A command of the shell that ends with 0."),
                    limited("within", Scalar.DURATION, SmokeConfig.WITHIN, "How long it may take."),
                    optional(
                            "atLeast",
                            Scalar.SIZE_IN_NUMBERS,
                            "The least number that the query's first column may have."),
                    optional("equals", Scalar.PLAIN, "What the query's first column must say."));

    private static final List<Key> PRICES =
            List.of(
                    new Key(
                            "live",
                            new Shape.Single(Scalar.PRICE, PricesConfig.PRICE),
                            Key.Presence.REQUIRED,
                            "On the database's disks."),
                    new Key(
                            "archive",
                            new Shape.Single(Scalar.PRICE, PricesConfig.PRICE),
                            Key.Presence.REQUIRED,
                            "In the archive."),
                    optional("currency", Scalar.CURRENCY, "Its code, as in USD."));
}
