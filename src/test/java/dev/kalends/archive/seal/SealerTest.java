package dev.kalends.archive.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.config.ArchiveConfig;
import dev.kalends.config.EncryptionConfig;
import dev.kalends.config.S3Config;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealerTest {
    private static final int SEGMENT = 1 << 20;
    private static final int HEADER = 40;
    private static final int TAG = 16;

    @TempDir private Path folder;
    private final Sealer sealer = ring().newSealer();

    private static KeyRing ring() {
        return KeyRing.of(
                new ArchiveConfig(
                        "file:archive",
                        ArchiveConfig.Compression.ZSTD,
                        new EncryptionConfig(
                                Base64.getEncoder().encodeToString(new byte[32]), null, List.of()),
                        S3Config.defaults()));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0,
                1,
                SEGMENT - HEADER - TAG - 1,
                SEGMENT - HEADER - TAG,
                SEGMENT - HEADER - TAG + 1,
                3 * SEGMENT + 17
            })
    void opensWhatItEncrypted(int bytes) throws IOException {
        Path plain = plain(bytes);
        Path sealed = folder.resolve("sealed");
        Path back = folder.resolve("back");

        sealer.encrypt(plain, sealed, "a/part.parquet");
        ring().open(sealer.wrapped()).decrypt(sealed, back, "a/part.parquet");

        assertThat(Files.mismatch(plain, back)).isEqualTo(-1);
        assertThat(Files.size(sealed)).isGreaterThan(bytes);
        assertThat(files()).containsExactlyInAnyOrder("plain", "sealed", "back");
    }

    @Test
    void encryptsTheSameFileDifferentlyEachTime() throws IOException {
        Path plain = plain(100);

        sealer.encrypt(plain, folder.resolve("one"), "a");
        sealer.encrypt(plain, folder.resolve("two"), "a");

        assertThat(Files.mismatch(folder.resolve("one"), folder.resolve("two"))).isNotEqualTo(-1);
        assertThat(ring().newSealer().wrapped()).isNotEqualTo(sealer.wrapped());
    }

    @Test
    void noticesEveryChangedBit() throws IOException {
        byte[] sealed = sealed(40);

        for (int at = 0; at < sealed.length; at++) {
            byte[] changed = sealed.clone();
            changed[at] ^= (byte) (1 << (at % 8));
            assertDamaged(changed, "a");
        }
    }

    @Test
    void noticesWhatIsMissingOrAdded() throws IOException {
        byte[] sealed = sealed(3 * SEGMENT);

        assertDamaged(new byte[0], "a");
        assertDamaged(Arrays.copyOf(sealed, HEADER), "a");
        assertDamaged(Arrays.copyOf(sealed, sealed.length - 1), "a");
        // Between two segments, each of which is whole.
        assertDamaged(Arrays.copyOf(sealed, SEGMENT), "a");
        assertDamaged(Arrays.copyOf(sealed, 2 * SEGMENT), "a");
        assertDamaged(Arrays.copyOf(sealed, sealed.length + 1), "a");
    }

    @Test
    void noticesSegmentsInAnotherOrder() throws IOException {
        byte[] sealed = sealed(4 * SEGMENT);
        byte[] second = Arrays.copyOfRange(sealed, SEGMENT, 2 * SEGMENT);
        System.arraycopy(sealed, 2 * SEGMENT, sealed, SEGMENT, SEGMENT);
        System.arraycopy(second, 0, sealed, 2 * SEGMENT, SEGMENT);

        assertDamaged(sealed, "a");
    }

    @Test
    void noticesAnotherName() throws IOException {
        assertDamaged(sealed(100), "b");
    }

    @Test
    void noticesAFileOfAnotherArchive() throws IOException {
        byte[] sealed = sealed(100);
        Files.write(folder.resolve("exchanged"), sealed);

        assertThatThrownBy(() ->
                        ring().newSealer()
                                .decrypt(folder.resolve("exchanged"), folder.resolve("back"), "a"))
                .isInstanceOfSatisfying(
                        KalendsException.class,
                        e -> assertThat(e.code()).isEqualTo(FailureCode.ARCHIVE_DAMAGED));
    }

    @Test
    void leavesNothingHalfWhenAFileCannotBeRead() throws IOException {
        Path none = folder.resolve("none");
        Path kept = Files.writeString(folder.resolve("kept"), "before");

        assertThatThrownBy(() -> sealer.encrypt(none, kept, "a"))
                .isInstanceOf(KalendsException.class)
                .hasMessageStartingWith("STORE_FAILED: Cannot encrypt " + none);
        assertThatThrownBy(() -> sealer.decrypt(none, kept, "a"))
                .isInstanceOf(KalendsException.class)
                .hasMessageStartingWith("STORE_FAILED: Cannot decrypt " + none);
        // A folder can be opened, but not read.
        assertThatThrownBy(() -> sealer.decrypt(folder, kept, "a"))
                .isInstanceOf(KalendsException.class)
                .hasMessageStartingWith("STORE_FAILED: Cannot decrypt " + folder);
        assertThat(kept).hasContent("before");
        assertThat(files()).containsExactly("kept");
    }

    private Path plain(int bytes) throws IOException {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return Files.write(folder.resolve("plain"), content);
    }

    private byte[] sealed(int bytes) throws IOException {
        sealer.encrypt(plain(bytes), folder.resolve("sealed"), "a");
        byte[] sealed = Files.readAllBytes(folder.resolve("sealed"));
        Files.delete(folder.resolve("sealed"));
        Files.delete(folder.resolve("plain"));
        return sealed;
    }

    private void assertDamaged(byte[] sealed, String name) throws IOException {
        Path file = Files.write(folder.resolve("damaged"), sealed);
        Path back = Files.writeString(folder.resolve("back"), "before");

        assertThatThrownBy(() -> sealer.decrypt(file, back, name))
                .isInstanceOf(KalendsException.class)
                .hasMessageStartingWith(
                        "ARCHIVE_DAMAGED: %s is not what was encrypted under this name"
                                .formatted(name));
        assertThat(back).hasContent("before");
        assertThat(files()).containsExactlyInAnyOrder("damaged", "back");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString()).toList();
        }
    }
}
