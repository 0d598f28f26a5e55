package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RunStateTest {
    @Test
    void a_run_that_is_queued_or_running_has_not_ended() {
        assertThat(RunState.values())
                .filteredOn(state -> !state.isFinal())
                .containsExactly(RunState.QUEUED, RunState.RUNNING);
        assertThat(RunState.values())
                .filteredOn(RunState::isFinal)
                .containsExactly(RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED);
    }
}
