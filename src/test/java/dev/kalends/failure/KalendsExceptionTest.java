package dev.kalends.failure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KalendsExceptionTest {
    @Test
    void tellsWhatHappenedWhatIsLeftAndWhatToDo() {
        KalendsException failure =
                new KalendsException(FailureCode.STOPPED, "Stopped.", "All is kept.", "Go on.");

        assertThat(failure).hasMessage("STOPPED: Stopped.\nState: All is kept.\nNext: Go on.");
    }
}
