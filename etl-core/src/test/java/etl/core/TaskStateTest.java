package etl.core;

import static etl.core.TaskState.CANCELLED;
import static etl.core.TaskState.FAILED;
import static etl.core.TaskState.PENDING;
import static etl.core.TaskState.RETRYING;
import static etl.core.TaskState.RUNNING;
import static etl.core.TaskState.SKIPPED;
import static etl.core.TaskState.SUCCEEDED;
import static etl.core.TaskState.UPSTREAM_FAILED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TaskStateTest {
    private static final Map<TaskState, Set<TaskState>> LAW = Map.of(
            PENDING, EnumSet.of(RUNNING, SKIPPED, UPSTREAM_FAILED, CANCELLED),
            RUNNING, EnumSet.of(SUCCEEDED, FAILED, SKIPPED, RETRYING, CANCELLED),
            RETRYING, EnumSet.of(RUNNING, FAILED, CANCELLED));
    private static final Set<TaskState> FINAL = EnumSet.of(SUCCEEDED, FAILED, SKIPPED, UPSTREAM_FAILED, CANCELLED);

    @ParameterizedTest
    @EnumSource
    void every_pair_of_states_follows_the_transition_table(TaskState from) {
        assertThat(TaskState.values())
                .filteredOn(from::canBecome)
                .containsExactlyInAnyOrderElementsOf(LAW.getOrDefault(from, Set.of()));
    }

    @ParameterizedTest
    @EnumSource
    void a_state_is_final_exactly_if_nothing_follows_it(TaskState state) {
        assertThat(state.isFinal()).isEqualTo(FINAL.contains(state));
        assertThat(Arrays.stream(TaskState.values()).noneMatch(state::canBecome))
                .isEqualTo(state.isFinal());
    }

    @ParameterizedTest
    @EnumSource
    void no_state_follows_itself_and_none_leads_back_to_pending(TaskState state) {
        assertThat(state.canBecome(state)).isFalse();
        assertThat(state.canBecome(PENDING)).isFalse();
    }
}
