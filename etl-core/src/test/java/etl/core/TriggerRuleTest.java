package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.TriggerRule.Decision;
import etl.core.TriggerRule.Upstream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares every rule with the sentences of Airflow's documentation, over every combination of up to 4 upstream states. */
class TriggerRuleTest {
    private static final List<TaskState> FINAL = List.of(
            TaskState.SUCCEEDED, TaskState.FAILED, TaskState.UPSTREAM_FAILED, TaskState.SKIPPED, TaskState.CANCELLED);

    private static List<List<TaskState>> combinations() {
        List<List<TaskState>> all = new ArrayList<>();
        List<List<TaskState>> longest = List.of(List.of());
        for (int size = 1; size <= 4; size++) {
            List<List<TaskState>> next = new ArrayList<>();
            for (List<TaskState> shorter : longest) {
                for (TaskState state : FINAL) {
                    List<TaskState> longer = new ArrayList<>(shorter);
                    longer.add(state);
                    next.add(longer);
                }
            }
            all.addAll(next);
            longest = next;
        }
        return all;
    }

    private static Decision documented(TriggerRule rule, List<TaskState> upstream) {
        int total = upstream.size();
        int success = Collections.frequency(upstream, TaskState.SUCCEEDED);
        int skipped = Collections.frequency(upstream, TaskState.SKIPPED);
        int upstreamFailed = Collections.frequency(upstream, TaskState.UPSTREAM_FAILED);
        int failed = Collections.frequency(upstream, TaskState.FAILED)
                + Collections.frequency(upstream, TaskState.CANCELLED);
        boolean starts = switch (rule) {
            case ALL_SUCCESS -> success == total;
            case ALL_FAILED -> failed + upstreamFailed == total;
            case ALL_DONE, ALWAYS -> true;
            case ONE_SUCCESS -> success >= 1;
            case ONE_FAILED -> failed + upstreamFailed >= 1;
            case ONE_DONE -> success + failed >= 1;
            case NONE_FAILED -> failed + upstreamFailed == 0;
            case NONE_FAILED_MIN_ONE_SUCCESS -> failed + upstreamFailed == 0 && success >= 1;
            case NONE_SKIPPED -> skipped == 0;
            case ALL_SKIPPED -> skipped == total;
        };
        if (starts) {
            return Decision.START;
        }
        boolean failureStopsIt = switch (rule) {
            case ALL_SUCCESS, NONE_FAILED, NONE_FAILED_MIN_ONE_SUCCESS -> failed + upstreamFailed > 0;
            case ONE_SUCCESS -> skipped < total;
            default -> false;
        };
        return failureStopsIt ? Decision.UPSTREAM_FAILED : Decision.SKIP;
    }

    private static Decision decided(TriggerRule rule, List<TaskState> ended, boolean done) {
        return rule.decide(new Upstream(
                done,
                ended.contains(TaskState.SUCCEEDED),
                ended.contains(TaskState.FAILED) || ended.contains(TaskState.CANCELLED),
                ended.contains(TaskState.UPSTREAM_FAILED),
                ended.contains(TaskState.SKIPPED)));
    }

    @ParameterizedTest
    @EnumSource
    void a_rule_decides_as_documented(TriggerRule rule) {
        assertThat(combinations())
                .hasSize(5 + 25 + 125 + 625)
                .allSatisfy(upstream -> assertThat(decided(rule, upstream, true))
                        .as("%s over %s", rule, upstream)
                        .isEqualTo(documented(rule, upstream)));
    }

    @ParameterizedTest
    @EnumSource
    void an_early_decision_is_the_final_one(TriggerRule rule) {
        for (List<TaskState> upstream : combinations()) {
            for (int ended = 0; ended < upstream.size(); ended++) {
                Decision early = decided(rule, upstream.subList(0, ended), false);
                if (early != Decision.WAIT) {
                    assertThat(early)
                            .as("%s after %d of %s", rule, ended, upstream)
                            .isEqualTo(decided(rule, upstream, true));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ONE_SUCCESS", "ONE_FAILED", "ONE_DONE"})
    void a_rule_for_one_does_not_wait_for_the_rest(TriggerRule rule) {
        TaskState enough = rule == TriggerRule.ONE_FAILED ? TaskState.FAILED : TaskState.SUCCEEDED;

        assertThat(decided(rule, List.of(enough), false)).isEqualTo(Decision.START);
    }
}
