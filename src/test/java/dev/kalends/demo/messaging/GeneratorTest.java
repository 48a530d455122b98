package dev.kalends.demo.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private static final Instant END = Instant.parse("2026-03-17T10:00:00Z");
    private static final int ROWS = 20_000;

    @Test
    void theSameSeedMakesTheSameRows() {
        Generator one = new Generator(ROWS, 24, 7, END);
        Generator two = new Generator(ROWS, 24, 7, END);
        Generator other = new Generator(ROWS, 24, 8, END);

        assertThat(hash(one)).isEqualTo(hash(two)).isNotEqualTo(hash(other));
        assertThat(one.message(4711)).isEqualTo(two.message(4711));
    }

    @Test
    void messagesAndTheirIdsAreInTheOrderOfTime() {
        Generator generator = new Generator(ROWS, 24, 7, END);
        long last = generator.start().toEpochMilli();
        for (long i = 0; i < ROWS; i++) {
            long createdAt = generator.createdAt(i);
            assertThat(createdAt).isBetween(last, END.toEpochMilli() - 1);
            assertThat(generator.messageId(i))
                    .hasSize(25)
                    .startsWith("c" + Long.toString(createdAt, 36));
            last = createdAt;
        }
        assertThat(generator.start()).isEqualTo(Instant.parse("2024-04-01T00:00:00Z"));
    }

    @Test
    void monthsGrowAndAFewConversationsAreVeryLong() {
        Generator generator = new Generator(ROWS, 24, 7, END);
        Map<String, Integer> messages = new HashMap<>();
        Map<String, Integer> months = new HashMap<>();
        for (long i = 0; i < ROWS; i++) {
            MessageRow row = generator.message(i);
            messages.merge(row.text(Column.CONVERSATION_ID), 1, Integer::sum);
            months.merge(row.text(Column.CREATED_AT).substring(0, 7), 1, Integer::sum);
        }

        assertThat(months).hasSize(24);
        assertThat(months.getOrDefault("2026-02", 0))
                .isGreaterThan(2 * months.getOrDefault("2024-04", 0));
        int longest = messages.getOrDefault(generator.longestConversation(), 0);
        assertThat(longest).isGreaterThan(20 * ROWS / messages.size());
        assertThat(messages.values()).allMatch(count -> count <= longest);
    }

    @Test
    void numbersAreFoundAgainInIds() {
        long number = 5_000_000;
        String id = Cuid.of(Cuid.Kind.MESSAGE, END.toEpochMilli(), number, -1);

        assertThat(Cuid.number(id)).isEqualTo(number);
        assertThat(Cuid.isOf(Cuid.Kind.MESSAGE, id)).isTrue();
        assertThat(Cuid.isOf(Cuid.Kind.WRITTEN, id)).isFalse();
        assertThat(Cuid.number("not an id")).isEqualTo(-1);
    }

    @Test
    void timesReadAsPostgresWritesThem() {
        assertThat(Timeline.text(Instant.parse("2026-01-02T03:04:05.120Z").toEpochMilli()))
                .isEqualTo("2026-01-02 03:04:05.12");
        assertThat(Timeline.text(Instant.parse("2026-01-02T03:04:05.007Z").toEpochMilli()))
                .isEqualTo("2026-01-02 03:04:05.007");
        assertThat(Timeline.text(Instant.parse("2026-12-31T23:59:59Z").toEpochMilli()))
                .isEqualTo("2026-12-31 23:59:59");
    }

    private static int hash(Generator generator) {
        int hash = 0;
        for (long i = 0; i < generator.rows(); i++) {
            hash = hash * 31 + generator.message(i).hashCode();
        }
        return hash;
    }
}
