package dev.kalends.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Period;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LifecycleReaderTest {
    private static final Path EXAMPLE = Path.of("docs/examples/messaging.yaml");

    @Test
    void readsTheWholeExampleOfTheMessagingService() throws ConfigException, IOException {
        Config config = parse(Files.readString(EXAMPLE));

        assertThat(config.tables()).hasSize(5);
        assertThat(table(config, "ConversationMessage").lifecycle().exportAfter())
                .isEqualTo(new Age(12, Age.Unit.MONTH));
        assertThat(table(config, "Conversation").contract().uniques())
                .isEqualTo(
                        Map.of(
                                Set.of(new Identifier("id")),
                                ContractConfig.Unique.GUARD,
                                Set.of(new Identifier("churchId"), new Identifier("memberId")),
                                ContractConfig.Unique.GUARD));
        assertThat(table(config, "Message").lifecycle().updates())
                .containsExactly(
                        new LifecycleConfig.Update(
                                new Age(90, Age.Unit.DAY),
                                "status = 'archived'",
                                "status = 'sent'"));
        assertThat(table(config, "MessageRecipient").contract().references())
                .isEqualTo(ContractConfig.References.PAIRED);
        assertThat(table(config, "MessageQueue").lifecycle())
                .isEqualTo(
                        new LifecycleConfig(
                                null,
                                null,
                                new Age(4, Age.Unit.WEEK),
                                null,
                                List.of(),
                                "status = 'sent'",
                                null,
                                LifecycleConfig.Ending.DROPPED,
                                null,
                                Map.of(),
                                null));
        assertThat(config.smoke())
                .containsExactly(
                        new SmokeConfig.Query(
                                "SELECT count(*) FROM \"ConversationMessage\" WHERE \"createdAt\" > now() - interval '1 day'",
                                Duration.ofMillis(500),
                                1L,
                                null),
                        new SmokeConfig.Command("npm run smoke", null));
        assertThat(config.prices())
                .isEqualTo(new PricesConfig(new BigDecimal("0.30"), new BigDecimal("0.01"), "USD"));
        assertThat(config.archive())
                .isEqualTo(
                        new ArchiveConfig(
                                "s3://messaging-archive/prod",
                                ArchiveConfig.Compression.ZSTD,
                                new EncryptionConfig("k3y", null, List.of()),
                                S3Config.defaults()));
        assertThat(config.toString()).doesNotContain("k3y");
    }

    @Test
    void readsHowAStoreIsSpokenTo() throws ConfigException {
        Config config =
                parse(
                        """
                        archive:
                          store: s3://messaging-archive/prod
                          endpoint: https://objects.example.com
                          region: eu-central-2
                          pathStyle: true
                          storageClass: STANDARD_IA
                          serverSideEncryption: aws:kms
                          kmsKeyId: alias/kalends
                          encryption:
                            keyCommand: print-key
                            oldKeys: ["${env:KALENDS_ARCHIVE_KEY}"]
                        """);

        assertThat(config.archive())
                .isEqualTo(
                        new ArchiveConfig(
                                "s3://messaging-archive/prod",
                                ArchiveConfig.Compression.ZSTD,
                                new EncryptionConfig(null, "print-key", List.of("k3y")),
                                new S3Config(
                                        "https://objects.example.com",
                                        "eu-central-2",
                                        S3Config.Addressing.PATH,
                                        "STANDARD_IA",
                                        S3Config.ServerSideEncryption.KMS,
                                        "alias/kalends")));
        assertThat(config.toString()).doesNotContain("k3y");
    }

    @Test
    void saysWhatNoCommandActsOnYet() throws ConfigException, IOException {
        Config config = parse(Files.readString(EXAMPLE));

        assertThat(config.notActedOn()).containsExactly("archive", "smoke", "prices");
        assertThat(Config.defaults().notActedOn()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "{exportAfter: 3 months, retain: 2 months}|:98: tables[0].lifecycle.retain: 2 months is shorter than exportAfter: 3 months",
                "{retain: 60 days, archiveAfter: 2 months}|:75: tables[0].lifecycle.retain: 60 days is shorter than archiveAfter: 2 months",
                "{retain: 2 years, retainArchive: 1 year}|:99: tables[0].lifecycle.retainArchive: 1 year is shorter than retain: 2 years",
                "{retain: 1 month, update: [{after: 31 days, set: 'a = 1', where: 'a = 0'}]}|:92: tables[0].lifecycle.update: comes after 31 days, when the rows have left the table at 1 month",
                "{exportAfter: 1 day, retain: 2 days, drop: true}|:80: tables[0].lifecycle.exportAfter: contradicts drop: true, which means that nothing is archived",
                "{drop: true}|:73: tables[0].lifecycle.drop: needs retain, which says when partitions are dropped",
                "{dropWhen: done}|:77: tables[0].lifecycle.dropWhen: needs retain, which says when partitions may go",
                "{keepWhen: open}|:77: tables[0].lifecycle.keepWhen: needs retain or archiveAfter: without them every partition stays",
                "{iceberg: lake.events}|:76: tables[0].lifecycle.iceberg: needs retain or archiveAfter: without them every partition stays",
                "{keep: detached}|:73: tables[0].lifecycle.keep: needs retain or archiveAfter: without them every partition stays",
                "{keep: open, retain: 1 day}|:73: tables[0].lifecycle.keep: \"open\" is not one of: detached",
                "{keep: detached, retain: 1 day, drop: true}|:73: tables[0].lifecycle.keep: contradicts drop: true",
                "{retain: 1 day, exportAfter: 1 day, keep: detached}|:95: tables[0].lifecycle.exportAfter: contradicts keep: detached, by which nothing is archived",
                "{retain: 1 day, schema: old}|:90: tables[0].lifecycle.schema: needs keep: detached, which says that partitions are kept there",
                "{referrers: {a.b.c: delete}, retain: 1 day}|:78: tables[0].lifecycle.referrers: Cannot read \"a.b.c\" as a table: it has 3 parts; write Event, audit.Event or audit.\"with.dot\"",
                "{referrers: {Reaction: forget}, retain: 1 day}|:89: tables[0].lifecycle.referrers.Reaction: \"forget\" is not one of: delete, clear",
                "{update: [{after: 1 day, set: 'a = 1'}]}|:76: tables[0].lifecycle.update[0].where: is missing",
                "{retainArchive: 1 year}|:82: tables[0].lifecycle.retainArchive: needs retain or archiveAfter: an export may not go while its rows are live",
                "{retain: 24}|:75: tables[0].lifecycle.retain: expected an age such as 24 months, 4 weeks or 90 days, found a number",
                "{retain: 5 hours}|:75: tables[0].lifecycle.retain: Cannot read \"5 hours\" as an age: write 24 months, 4 weeks, 90 days or 3 years",
                "{retain: 101 years}|:75: tables[0].lifecycle.retain: must be 1 day to 100 years",
                "{update: [{set: x, where: y}]}|:76: tables[0].lifecycle.update[0].after: is missing",
            },
            delimiter = '|')
    void reportsContradictionsOfALifecycle(String lifecycle, String problem) {
        assertThat(
                        failure(
                                "tables: [{table: E, partition: {key: at, every: day}, lifecycle: %s}]"
                                        .formatted(lifecycle)))
                .hasMessage("kalends.yaml:1" + problem);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "{key: at, every: day}, unique: {at: guard}|tables[0].unique: (at) holds the partition key, so it stays as it is: leave it out",
                "{key: at, every: day}, references: guard|tables[0].references: guard needs a guard to point at, as in unique: {id: guard}",
                "{key: at, every: day}, references: paired|tables[0].references: paired needs the table that is referenced in this file, cut by the same every and timeZone",
                "{key: id, every: day, timeCheck: {column: id}}|tables[0].partition.timeCheck: names the key itself; it is for a timestamp beside an id",
                "{key: id, every: day, then: {by: hash, key: id, partitions: 4}}|tables[0].partition.then: has the same key as the ranges of time; choose another column",
                "{key: id, every: day, format: snowflake, collate: C}|tables[0].partition.collate: C is for ids in text, and the format is snowflake(1288834974657, 22)",
                "{by: hash, key: id, partitions: 4}, lifecycle: {retain: 1 day}|tables[0].lifecycle: belongs to ranges of time: partitions of numbers, hashes and lists have no age",
                "{by: hash, key: id, partitions: 4, every: day}|tables[0].partition.every: belongs to by: range",
                "{by: hash, key: id, partitions: 1}|tables[0].partition.partitions: must be 2 to 1024",
                "{key: id, every: 0}|tables[0].partition.every: must be at least 1",
                "{key: id, every: 100, timeZone: UTC}|tables[0].partition.timeZone: belongs to ranges of time; every is a number here",
                "{by: list, key: r, values: {n: [a], s: [a]}}|tables[0].partition.values: Cannot list \"a\" twice in values",
                "{by: list, key: r, values: {n: []}}|tables[0].partition.values: must name each partition with its values: {north: [a, b]}",
                "{key: at, every: day}, acknowledge: [publication]|tables[0].acknowledge[0]: \"publication\" is not one of: publications",
            },
            delimiter = '|')
    void reportsContradictionsOfATable(String table, String problem) {
        assertThat(failure("tables: [{table: E, partition: %s}]".formatted(table)))
                .message()
                .matches("kalends\\.yaml:1:\\d+: " + java.util.regex.Pattern.quote(problem));
    }

    @Test
    void letsPairedRowsGoBeforeThoseTheyPointAtAndNotAfter() throws ConfigException {
        String tables =
                """
                tables:
                  - {table: Parent, partition: {key: id, every: month}, lifecycle: {retain: 24 months}}
                  - {table: Child, partition: {key: parentId, every: month}, references: paired%s}
                """;

        assertThat(parse(tables.formatted(", lifecycle: {retain: 24 months}")).tables()).hasSize(2);
        assertThat(failure(tables.formatted(", lifecycle: {retain: 25 months}")))
                .hasMessage(
                        "kalends.yaml:3:74: tables[1].references: paired rows cannot stay longer than the rows they point at: retain is longer than that of public.\"Parent\"");
        assertThat(failure(tables.formatted("")))
                .hasMessageContaining("paired rows cannot stay longer");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "archive: {store: ftp://x}|1:18: archive.store: Cannot read \"ftp://x\" as a store: write file:folder or s3://bucket/prefix",
                "archive: {region: eu}|1:19: archive.region: belongs to a store in S3: store: s3://bucket/prefix",
                "archive: {compression: gzip}|1:24: archive.compression: \"gzip\" is not one of: zstd, none",
                "archive: {view: {}}|1:17: archive.view.password: is missing",
                "archive: {view: {password: short}}|1:28: archive.view.password: must have 8 to 128 ASCII characters and no blanks",
                "archive: {view: {password: long-enough, listen: 'x'}}|1:49: archive.view.listen: Cannot read \"x\" as an address: write host:port, as in 127.0.0.1:5433",
                "archive: {view: {password: long-enough, listen: '0.0.0.0:5433'}}|1:49: archive.view.listen: other machines come there, and so it needs tls: a certificate and its key",
                "archive: {view: {password: long-enough, tls: {key: k}}}|1:46: archive.view.tls.certificate: is missing",
                "archive: {view: {password: long-enough, connectionsMax: 0}}|1:57: archive.view.connectionsMax: must be 1 to 1000",
                "archive: {encryption: {}}|1:23: archive.encryption: must have either key or keyCommand",
                "archive: {encryption: {key: a, keyCommand: b}}|1:23: archive.encryption: must have either key or keyCommand",
                "archive: {storageClass: STANDARD_IA}|1:25: archive.storageClass: belongs to a store in S3: store: s3://bucket/prefix",
                "archive: {serverSideEncryption: AES256}|1:33: archive.serverSideEncryption: belongs to a store in S3: store: s3://bucket/prefix",
                "archive: {store: 's3://abc', storageClass: cold}|1:44: archive.storageClass: Cannot read \"cold\" as a storage class: write one such as STANDARD_IA or GLACIER_IR",
                "archive: {store: 's3://abc', storageClass: GLACIER}|1:44: archive.storageClass: GLACIER cannot be read at once, and every export is read back before anything is dropped: write GLACIER_IR, or move objects by a lifecycle rule of the bucket later",
                "archive: {store: 's3://abc', serverSideEncryption: DES}|1:52: archive.serverSideEncryption: \"DES\" is not one of: AES256, aws:kms",
                "archive: {store: 's3://abc', serverSideEncryption: AES256, kmsKeyId: k}|1:70: archive.kmsKeyId: needs serverSideEncryption: aws:kms",
                "archive: {store: 's3://abc', endpoint: 'https://a:b@c'}|1:40: archive.endpoint: must be a URL such as https://objects.example.com, without a path or a password",
                "smoke: [{}]|1:9: smoke[0]: must have either sql or command",
                "smoke: [{sql: SELECT 1, command: ls}]|1:9: smoke[0]: must have either sql or command",
                "smoke: [{command: ls, atLeast: 1}]|1:32: smoke[0].atLeast: belongs to sql; a command must end with 0",
                "smoke: [{sql: SELECT 1, atLeast: 1, equals: 1}]|1:45: smoke[0].equals: contradicts atLeast; say one of them",
                "smoke: [{sql: SELECT 1, within: 2h}]|1:33: smoke[0].within: must be 1 ms to 1 h",
                "prices: {live: 1}|1:9: prices.archive: is missing",
                "prices: {live: -1, archive: 0}|1:16: prices.live: must be 0 to 1000000",
                "prices: {live: 1, archive: 0, currency: usd}|1:41: prices.currency: Cannot read \"usd\" as a currency: write its three letters, as in USD or EUR",
            },
            delimiter = '|')
    void reportsProblemsOfWhatComesLater(String yaml, String problem) {
        assertThat(failure(yaml)).hasMessage("kalends.yaml:" + problem);
    }

    @Test
    void comparesAgesOfDifferentUnits() {
        assertThat(Age.parse("12 months")).isEqualByComparingTo(Age.parse("1 year"));
        assertThat(Age.parse("4 weeks")).isLessThan(Age.parse("1 month"));
        assertThat(Age.parse("31 days")).isGreaterThan(Age.parse("1 month"));
        assertThat(Age.parse("1 Week").display()).isEqualTo("1 week");
        assertThat(Age.parse("24months").period()).isEqualTo(Period.ofMonths(24));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Age.parse("0 days"))
                .withMessage("Cannot use 0 as an age: it must be 1 to 36500");
    }

    private static TableConfig table(Config config, String name) {
        return Objects.requireNonNull(config.table(QualifiedName.of("public", name)));
    }

    private static Config parse(String yaml) throws ConfigException {
        return ConfigReader.parse(
                yaml, "kalends.yaml", Path.of("."), Map.of("KALENDS_ARCHIVE_KEY", "k3y"));
    }

    @Test
    void refusesIcebergTablesThatNobodyCouldRead() {
        assertThat(
                        failure(
                                """
                                archive: {encryption: {key: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}
                                tables:
                                  - {table: A, partition: {key: at, every: day}, lifecycle: {retain: 1 year, iceberg: lake.a}}
                                  - {table: B, partition: {key: at, every: day}, lifecycle: {retain: 1 year, iceberg: lake.a}}
                                  - {table: C, partition: {key: at, every: day}, lifecycle: {retain: 1 year, iceberg: Lake.C}}
                                """))
                .hasMessageContaining("archive.encryption keeps them from it")
                .hasMessageContaining("lake.a is another table's")
                .hasMessageContaining("use lower-case letters, digits and _");
    }

    private static ConfigException failure(String yaml) {
        try {
            throw new AssertionError("Read without a problem: " + parse(yaml));
        } catch (ConfigException e) {
            return e;
        }
    }
}
