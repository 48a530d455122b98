package dev.kalends.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PhaseTest {
    @Test
    void isBeforeTheSwitchUntilItIsReady() {
        assertThat(Phase.READY_TO_SWITCH.beforeSwitch()).isTrue();
        assertThat(Phase.SWITCHED.beforeSwitch()).isFalse();
        assertThat(Phase.ROLLED_BACK.beforeSwitch()).isFalse();
    }

    @Test
    void endsCompletedOrRolledBack() {
        assertThat(Phase.SWITCHED.ended()).isFalse();
        assertThat(Phase.COMPLETED.ended()).isTrue();
        assertThat(Phase.ROLLED_BACK.ended()).isTrue();
    }
}
