package dev.kalends.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartitionBoundsTest {
    private static PartitionBounds.Range range(String from, String to) {
        return new PartitionBounds.Range(
                new PartitionBounds.End.At(from), new PartitionBounds.End.At(to));
    }

    @Test
    void readsRanges() {
        assertThat(
                        PartitionBounds.parse(
                                "FOR VALUES FROM ('2024-01-01 00:00:00') TO ('2024-02-01 00:00:00')"))
                .isEqualTo(range("2024-01-01 00:00:00", "2024-02-01 00:00:00"));
        assertThat(PartitionBounds.parse("FOR VALUES FROM (1) TO ('-5')"))
                .isEqualTo(range("1", "-5"));
        assertThat(PartitionBounds.parse("FOR VALUES FROM (MINVALUE) TO (MAXVALUE)"))
                .isEqualTo(
                        new PartitionBounds.Range(
                                new PartitionBounds.End.Least(),
                                new PartitionBounds.End.Greatest()));
    }

    @Test
    void readsWhatStandsInQuotes() {
        assertThat(PartitionBounds.parse("FOR VALUES FROM ('a'') TO (''b') TO ('MAXVALUE')"))
                .isEqualTo(range("a') TO ('b", "MAXVALUE"));
        assertThat(PartitionBounds.parse("FOR VALUES FROM (E'a\\\\b, c') TO ('d, e')"))
                .isEqualTo(range("a\\b, c", "d, e"));
    }

    @Test
    void tellsRangesOfSeveralColumns() {
        String text = "FOR VALUES FROM ('a', MINVALUE) TO ('b', MINVALUE)";
        assertThat(PartitionBounds.parse(text)).isEqualTo(new PartitionBounds.Several(text));
    }

    @Test
    void readsTheOtherKinds() {
        assertThat(PartitionBounds.parse("DEFAULT")).isEqualTo(new PartitionBounds.Rest());
        assertThat(PartitionBounds.parse("FOR VALUES WITH (modulus 8, remainder 3)"))
                .isEqualTo(new PartitionBounds.Remainder(8, 3));
        assertThat(PartitionBounds.parse("FOR VALUES IN ('a', NULL, 'b''c', 5)"))
                .isEqualTo(new PartitionBounds.Values(Arrays.asList("a", null, "b'c", "5")));
        assertThat(PartitionBounds.parse("FOR VALUES IN ('NULL')"))
                .isEqualTo(new PartitionBounds.Values(List.of("NULL")));
    }

    @Test
    void refusesWhatTheServerDoesNotPrint() {
        assertThatThrownBy(() -> PartitionBounds.parse("FOR VALUES"))
                .hasMessage("Cannot read \"FOR VALUES\" as bounds");
    }
}
