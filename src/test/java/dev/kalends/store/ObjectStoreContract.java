package dev.kalends.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.store.ObjectStore.Stored;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every store promises.
interface ObjectStoreContract {
    int MANY = 1200;

    /// A place that is empty, of the store under test. Tests close it.
    ObjectStore open() throws IOException;

    /// Around the size above which the store under test writes in parts.
    int partBytes();

    @Test
    default void readsBackWhatAFileHeld(@TempDir Path folder) throws IOException {
        try (ObjectStore store = open()) {
            for (int bytes : List.of(0, 1, 70_000, partBytes() - 1, partBytes(), partBytes() + 1)) {
                byte[] content = content(bytes);
                Path file = Files.write(folder.resolve("out"), content);
                String key = "a/b/" + bytes;

                Stored stored = store.put(key, file);
                Path back = folder.resolve("back");
                store.get(key, back);

                assertThat(stored).isEqualTo(new Stored(key, bytes)).isEqualTo(store.find(key));
                assertThat(Files.mismatch(file, back)).as(key).isEqualTo(-1);
                assertThat(files(folder)).containsExactlyInAnyOrder("out", "back");
            }
        }
    }

    @Test
    default void readsSmallObjectsAndPartsOfThem() throws IOException {
        try (ObjectStore store = open()) {
            byte[] content = content(1000);
            store.put("m/manifest.json", content);
            store.put("m/empty", new byte[0]);

            assertThat(store.read("m/manifest.json", 1000)).isEqualTo(content);
            assertThat(store.read("m/empty", 0)).isEmpty();
            assertThat(store.range("m/manifest.json", 0, 1)).isEqualTo(part(content, 0, 1));
            assertThat(store.range("m/manifest.json", 990, 10)).isEqualTo(part(content, 990, 10));
            assertThat(store.range("m/manifest.json", 500, 0)).isEmpty();
            assertFails(
                    () -> store.read("m/manifest.json", 999),
                    FailureCode.STORE_FAILED,
                    "it has over 999 bytes");
            assertFails(
                    () -> store.range("m/manifest.json", 990, 11), FailureCode.STORE_FAILED, "");
            assertFails(
                    () -> store.range("m/manifest.json", 1000, 1), FailureCode.STORE_FAILED, "");
        }
    }

    @Test
    default void namesAnObjectThatIsMissing(@TempDir Path folder) throws IOException {
        try (ObjectStore store = open()) {
            Path into = Files.writeString(folder.resolve("into"), "before");
            store.put("there", content(1));
            String words = "gone/away is not in " + store.name();

            assertThat(store.find("gone/away")).isNull();
            assertFails(() -> store.get("gone/away", into), FailureCode.OBJECT_MISSING, words);
            assertFails(() -> store.read("gone/away", 10), FailureCode.OBJECT_MISSING, words);
            assertFails(() -> store.range("gone/away", 0, 1), FailureCode.OBJECT_MISSING, words);
            assertFails(() -> store.range("gone/away", 0, 0), FailureCode.OBJECT_MISSING, words);
            assertThat(into).hasContent("before");
            assertThat(files(folder)).containsExactly("into");
        }
    }

    @Test
    default void neverReplacesAnObject(@TempDir Path folder) throws IOException {
        try (ObjectStore store = open()) {
            byte[] small = content(10);
            byte[] big = content(partBytes() + 1);
            store.put("small", small);
            store.put("big", Files.write(folder.resolve("big"), big));

            for (String key : List.of("small", "big")) {
                // The same content is another write all the same.
                assertFails(
                        () -> store.put(key, small),
                        FailureCode.OBJECT_EXISTS,
                        key + " is in " + store.name() + " already");
                assertFails(
                        () -> store.put(key, folder.resolve("big")),
                        FailureCode.OBJECT_EXISTS,
                        key + " is in " + store.name() + " already");
            }

            assertThat(store.read("small", 10)).isEqualTo(small);
            assertThat(store.range("big", partBytes() - 10, 11))
                    .isEqualTo(part(big, partBytes() - 10, 11));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    default void letsOneOfManyWritersWin(int more, @TempDir Path folder)
            throws IOException, InterruptedException, ExecutionException {
        int writers = 4;
        try (ObjectStore store = open();
                ExecutorService threads = Executors.newFixedThreadPool(writers)) {
            CyclicBarrier together = new CyclicBarrier(writers);
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                byte[] content = content(more == 0 ? 1000 : partBytes() + 1);
                content[0] = (byte) i;
                Path file = Files.write(folder.resolve("out" + i), content);
                Callable<Boolean> write =
                        () -> {
                            together.await();
                            try {
                                store.put("contested", file);
                                return true;
                            } catch (KalendsException e) {
                                assertThat(e.code()).isEqualTo(FailureCode.OBJECT_EXISTS);
                                return false;
                            }
                        };
                all.add(threads.submit(write));
            }
            List<Integer> winners = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                if (all.get(i).get()) {
                    winners.add(i);
                }
            }

            assertThat(winners).hasSize(1);
            assertThat(store.range("contested", 0, 1)[0]).isEqualTo(winners.getFirst().byteValue());
            assertThat(store.list("")).hasSize(1);
        }
    }

    @Test
    default void listsByPrefixInOrder() throws IOException {
        try (ObjectStore store = open()) {
            assertThat(store.list("")).isEmpty();
            for (String key : List.of("b/2", "a/x/1", "b/1", "b/10", "ab", "a b/ü+%&=?#")) {
                store.put(key, key.getBytes(StandardCharsets.UTF_8));
            }

            assertThat(store.list("").stream().map(Stored::key))
                    .containsExactly("a b/ü+%&=?#", "a/x/1", "ab", "b/1", "b/10", "b/2");
            assertThat(store.list("b/")).contains(new Stored("b/10", 4)).hasSize(3);
            assertThat(store.list("b/1")).hasSize(2);
            assertThat(store.list("a/x/1")).containsExactly(new Stored("a/x/1", 5));
            assertThat(store.list("c")).isEmpty();
            assertThat(store.read("a b/ü+%&=?#", 100))
                    .isEqualTo("a b/ü+%&=?#".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    default void deletesManyAndThoseThatAreNotThere() throws IOException {
        try (ObjectStore store = open()) {
            List<String> keys = IntStream.range(0, MANY).mapToObj("d/%05d"::formatted).toList();
            keys.forEach(key -> store.put(key, new byte[1]));
            store.put("e", new byte[1]);
            assertThat(store.list("d/").stream().map(Stored::key)).isEqualTo(keys);

            store.delete(List.of());
            store.delete(keys);
            store.delete(List.of(keys.getFirst(), "never/there"));

            assertThat(store.list("")).containsExactly(new Stored("e", 1));
            store.put(keys.getFirst(), new byte[2]);
            assertThat(store.find(keys.getFirst())).isEqualTo(new Stored(keys.getFirst(), 2));
        }
    }

    @Test
    default void replacesTheFileItReadsInto(@TempDir Path folder) throws IOException {
        try (ObjectStore store = open()) {
            store.put("one", "short".getBytes(StandardCharsets.UTF_8));
            Path into = Files.writeString(folder.resolve("into"), "much longer than before");

            store.get("one", into);

            assertThat(into).hasContent("short");
            assertThat(files(folder)).containsExactly("into");
        }
    }

    @Test
    default void saysWhichFileOfThisMachineFailed(@TempDir Path folder) throws IOException {
        try (ObjectStore store = open()) {
            store.put("one", new byte[1]);

            assertFails(
                    () -> store.put("two", folder.resolve("none")),
                    FailureCode.STORE_FAILED,
                    folder.resolve("none").toString());
            assertFails(
                    () -> store.get("one", folder.resolve("none/into")),
                    FailureCode.STORE_FAILED,
                    folder.resolve("none").toString());
            assertThat(store.find("two")).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "..", "../x", "a/../../x", "a//b", "/a", "a/", "./a"})
    default void refusesKeysThatLeadElsewhere(String key) throws IOException {
        try (ObjectStore store = open()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> store.put(key, new byte[0]))
                    .withMessage("Cannot use \"%s\" as a key", key);
            assertThatIllegalArgumentException().isThrownBy(() -> store.find(key));
        }
    }

    interface Action {
        void run() throws IOException;
    }

    static void assertFails(Action action, FailureCode code, String words) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        KalendsException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    /// The same for the same length.
    static byte[] content(int bytes) {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return content;
    }

    static byte[] part(byte[] content, int from, int bytes) {
        return Arrays.copyOfRange(content, from, from + bytes);
    }

    static List<String> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString()).toList();
        }
    }
}
