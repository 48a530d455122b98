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
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyRingTest {
    private static final String ONE = key(1);
    private static final String TWO = key(2);
    private static final String THREE = key(3);

    @TempDir private Path folder;

    @Test
    void opensWithTheKeysOfBefore() throws IOException {
        Path plain = Files.writeString(folder.resolve("plain"), "text");
        Sealer sealer = ring(ONE).newSealer();
        sealer.encrypt(plain, folder.resolve("sealed"), "a");

        ring(THREE, TWO, ONE)
                .open(sealer.wrapped())
                .decrypt(folder.resolve("sealed"), folder.resolve("back"), "a");

        assertThat(folder.resolve("back")).hasContent("text");
    }

    @Test
    void wrapsAnewWithTheCurrentKey() throws IOException {
        Path plain = Files.writeString(folder.resolve("plain"), "text");
        Sealer sealer = ring(ONE).newSealer();
        sealer.encrypt(plain, folder.resolve("sealed"), "a");

        WrappedKey anew = ring(TWO, ONE).rewrap(sealer.wrapped());

        assertThat(anew.keyId()).isEqualTo(id(TWO)).isNotEqualTo(sealer.wrapped().keyId());
        assertThat(ring(TWO).rewrap(anew)).isEqualTo(anew);
        // The old key is no longer needed, and the file is the same.
        ring(TWO).open(anew).decrypt(folder.resolve("sealed"), folder.resolve("back"), "a");
        assertThat(folder.resolve("back")).hasContent("text");
    }

    @Test
    void namesTheKeyThatIsMissingAndThoseAtHand() {
        WrappedKey wrapped = ring(ONE).newSealer().wrapped();

        assertFails(
                () -> ring(TWO, THREE).open(wrapped),
                FailureCode.ARCHIVE_KEY,
                "The archive is encrypted by key %s; at hand: %s, %s."
                        .formatted(id(ONE), id(TWO), id(THREE)));
        assertFails(
                () -> ring(TWO).rewrap(wrapped), FailureCode.ARCHIVE_KEY, "at hand: " + id(TWO));
        KeyRing none = KeyRing.of(ArchiveConfig.defaults());
        assertThat(none.isSealing()).isFalse();
        assertFails(() -> none.open(wrapped), FailureCode.ARCHIVE_KEY, "at hand: none.");
        assertFails(() -> none.rewrap(wrapped), FailureCode.ARCHIVE_KEY, "at hand: none.");
    }

    @Test
    void knowsKeysByIdsThatDoNotTellThem() {
        assertThat(id(ONE)).matches("[0-9a-f]{16}").isNotEqualTo(id(TWO));
        // SHA-256 of "kalends key id" and 32 bytes of value 1.
        assertThat(id(ONE)).isEqualTo("aa628adc6d5cdbb3");
        assertThat(ring(ONE).newSealer().wrapped().toString()).doesNotContain(ONE);
    }

    @Test
    void noticesAWrappedKeyThatWasChanged() {
        WrappedKey wrapped = ring(ONE).newSealer().wrapped();
        byte[] bytes = Base64.getDecoder().decode(wrapped.wrappedKey());
        for (int at = 0; at < bytes.length; at++) {
            byte[] changed = bytes.clone();
            changed[at] ^= 1;
            assertDamaged(wrapped, Base64.getEncoder().encodeToString(changed));
        }
        assertDamaged(wrapped, Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, 10)));
        assertDamaged(wrapped, "");
        assertDamaged(wrapped, "no Base64");
        assertDamaged(wrapped, ring(TWO).newSealer().wrapped().wrappedKey());
        assertFails(
                () ->
                        ring(ONE)
                                .open(
                                        new WrappedKey(
                                                "ROT13", wrapped.keyId(), wrapped.wrappedKey())),
                FailureCode.ARCHIVE_DAMAGED,
                "encrypted by ROT13, which this version does not know");
    }

    private static void assertDamaged(WrappedKey wrapped, String changed) {
        assertFails(
                () -> ring(ONE).open(new WrappedKey(wrapped.method(), wrapped.keyId(), changed)),
                FailureCode.ARCHIVE_DAMAGED,
                "The archive's own key is not what was written: key " + id(ONE));
    }

    @ParameterizedTest
    @CsvSource({
        "c2hvcnQ=,it is Base64 of 5 bytes",
        "'not a key!',it is not Base64",
        "'',it is Base64 of 0 bytes"
    })
    void refusesAKeyThatIsNone(String wrong, String why) {
        assertThatThrownBy(() -> ring(wrong))
                .isInstanceOfSatisfying(
                        KalendsException.class,
                        e -> assertThat(e.code()).isEqualTo(FailureCode.CONFIGURATION))
                .hasMessageContaining("Cannot use archive.encryption.key: " + why);
        assertThatThrownBy(() -> ring(ONE, TWO, wrong))
                .hasMessageContaining("Cannot use archive.encryption.oldKeys[1]: " + why);
        assertThatThrownBy(() -> ring("not a key!"))
                .hasMessageNotContaining("not a key!")
                .hasNoCause();
    }

    @Test
    void runsTheCommandOnceAndOnlyWhenItIsNeeded() throws IOException {
        Path runs = folder.resolve("runs");
        KeyRing ring =
                commanded("echo run >> '%s'; echo %s; echo warning >&2".formatted(runs, ONE));
        assertThat(ring.isSealing()).isTrue();
        assertThat(runs).doesNotExist();

        Sealer sealer = ring.newSealer();
        ring.open(sealer.wrapped());

        assertThat(sealer.wrapped().keyId()).isEqualTo(id(ONE));
        assertThat(Files.readAllLines(runs)).hasSize(1);
    }

    @Test
    void showsWhatAFailedCommandSaidButNeverWhatItPrinted() {
        assertCommandFails(
                "echo secret; echo access denied >&2; exit 3", "ended with 3: access denied");
        assertCommandFails("echo secret; exit 3", "ended with 3 and said nothing on stderr");
        assertCommandFails("echo secret", "printed no key: it is ");
        assertCommandFails("true", "printed no key: it is Base64 of 0 bytes");
        assertCommandFails("yes secret | head -c 10000000", "printed no key: it is ");
    }

    @Test
    void endsACommandThatTakesTooLong() {
        KeyRing slow =
                KeyRing.of(config(null, "echo secret; sleep 60", List.of()), Duration.ofSeconds(1));

        assertFails(slow::newSealer, FailureCode.ARCHIVE_KEY, "gave no key within 1 s.");
    }

    private static void assertCommandFails(String command, String words) {
        assertThatThrownBy(() -> commanded(command).newSealer())
                .isInstanceOfSatisfying(
                        KalendsException.class,
                        e -> assertThat(e.code()).isEqualTo(FailureCode.ARCHIVE_KEY))
                .hasMessageContaining("The command of archive.encryption.keyCommand " + words)
                .hasMessageNotContaining("secret");
    }

    private static void assertFails(Runnable action, FailureCode code, String words) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        KalendsException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    private static String key(int value) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) value);
        return Base64.getEncoder().encodeToString(key);
    }

    private static String id(String key) {
        return ring(key).newSealer().wrapped().keyId();
    }

    private static KeyRing ring(String key, String... old) {
        return KeyRing.of(config(key, null, List.of(old)));
    }

    private static KeyRing commanded(String command) {
        return KeyRing.of(config(null, command, List.of()));
    }

    private static ArchiveConfig config(
            @Nullable String key, @Nullable String command, List<String> old) {
        return new ArchiveConfig(
                "file:archive",
                ArchiveConfig.Compression.ZSTD,
                new EncryptionConfig(key, command, old),
                S3Config.defaults());
    }
}
