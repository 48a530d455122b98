package dev.kalends.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LineDiffTest {
    @Test
    void showsWhatDiffersWithTwoLinesAround() {
        assertThat(LineDiff.of("a\nb\nc\nd\ne\nf\ng\nh\ni\nj", "a\nb\nC\nd\ne\nf\ng\nh\ni\nj\nk"))
                .containsExactly(" a", " b", "-c", "+C", " d", " e", "@@", " i", " j", "+k");
    }

    @Test
    void showsNothingWhereNothingDiffers() {
        assertThat(LineDiff.of("a\nb", "a\nb\n")).isEmpty();
    }
}
