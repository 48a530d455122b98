package dev.kalends.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0 B, 0",
        "1B, 1",
        "512 kB, 524288",
        "64MB, 67108864",
        "64mb, 67108864",
        "' 1 GB ', 1073741824",
        "1.5 GB, 1610612736",
        "1TB, 1099511627776",
        "1 PB, 1125899906842624",
        "9223372036854775807 B, 9223372036854775807"
    })
    void readsTheUnitsOfPostgres(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(new ByteSize(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "64", "MB", "-1 MB", "64 MiB", "64 XB", "1,5 GB", "1 GB 5 MB"})
    void refusesWhatIsNoSizeWithExamples(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByteSize.parse(text))
                .withMessageStartingWith("Cannot read \"" + text + "\" as a size: ")
                .withMessageEndingWith("for example 64MB, 1.5 GB or 512 kB");
    }

    @Test
    void refusesOneByteMoreThanALongHolds() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByteSize.parse("9223372036854775808 B"))
                .withMessageContaining("it is more than 8192 PB");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1 kB",
        "1536, 1.5 kB",
        "102348, 99.9 kB",
        "102399, 100 kB",
        "103424, 101 kB",
        "1048063, 1023 kB",
        "1048064, 1 MB",
        "1503238553, 1.4 GB"
    })
    void showsTheLargestUnitThatLeavesAtLeastOne(long bytes, String shown) {
        assertThat(new ByteSize(bytes).display()).isEqualTo(shown);
    }

    @Test
    void countsMegabytes() {
        assertThat(ByteSize.ofMegabytes(64)).isEqualTo(ByteSize.parse("64MB"));
    }

    @Test
    void refusesLessThanNothing() {
        assertThat(new ByteSize(0).bytes()).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ByteSize(-1))
                .withMessage("Cannot use -1 bytes as a size: it must not be negative");
    }

    @Test
    void ordersBySize() {
        assertThat(ByteSize.parse("1 GB")).isGreaterThan(ByteSize.parse("1023 MB"));
    }
}
