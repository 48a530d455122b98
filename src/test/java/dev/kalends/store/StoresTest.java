package dev.kalends.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.config.ArchiveConfig;
import dev.kalends.config.S3Config;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoresTest {
    @ParameterizedTest
    @CsvSource({
        "file:archive,/etc/kalends/archive",
        "file:/var/archive,/var/archive",
        "file:../archive,/etc/archive",
        "s3://bucket,s3://bucket",
        "s3://bucket/,s3://bucket",
        "s3://bucket/prod,s3://bucket/prod",
        "s3://bucket//prod/a/,s3://bucket/prod/a",
    })
    void opensWhatTheConfigurationNames(String configured, String name) {
        ArchiveConfig config =
                new ArchiveConfig(
                        configured,
                        ArchiveConfig.Compression.ZSTD,
                        null,
                        new S3Config(
                                null, "eu-central-1", S3Config.Addressing.HOST, null, null, null));

        try (ObjectStore store = Stores.open(config, Path.of("/etc/kalends"))) {
            assertThat(store.name()).isEqualTo(name);
        }
    }
}
