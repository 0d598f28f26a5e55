package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunPlanTest {
    private final PipelineBuilder pipeline = Pipeline.named("orders");
    private final Map<String, Duration> durations = new HashMap<>();

    private TaskRef<?> task(String id, int seconds, TaskRef<?>... upstream) {
        durations.put(id, Duration.ofSeconds(seconds));
        return pipeline.task(id).after(upstream).run(ctx -> {});
    }

    private RunPlan plan() {
        return RunPlan.of(pipeline.build(), TaskDurations.of(durations));
    }

    @Test
    void tasks_are_in_waves_and_the_slowest_chain_is_critical() {
        TaskRef<?> orders = task("orders", 3);
        TaskRef<?> rates = task("rates", 1);
        TaskRef<?> clean = task("clean", 1, orders);
        TaskRef<?> priced = task("priced", 10, rates);
        task("report", 2, clean, priced, rates);

        assertThat(plan().waves())
                .containsExactly(List.of("orders", "rates"), List.of("clean", "priced"), List.of("report"));
        assertThat(plan().criticalPath()).containsExactly("rates", "priced", "report");
        assertThat(plan().unlimitedTime()).contains(Duration.ofSeconds(13));
        assertThat(plan().estimatedTime()).contains(Duration.ofSeconds(13));
        assertThat(plan().withParallelism(1).estimatedTime()).contains(Duration.ofSeconds(17));
        assertThat(plan().withParallelism(2).unlimitedTime()).contains(Duration.ofSeconds(13));
    }

    @Test
    void of_many_ready_tasks_as_many_start_as_may_in_the_order_of_the_runner() {
        task("a", 4);
        task("b", 1);
        task("c", 1);
        task("d", 4);

        assertThat(plan().withParallelism(2).estimatedTime()).contains(Duration.ofSeconds(6));
    }

    @Test
    void a_priority_changes_the_order() {
        task("a", 1);
        task("b", 1);
        durations.put("long", Duration.ofSeconds(5));
        pipeline.task("long").priority(1).run(ctx -> {});

        assertThat(plan().withParallelism(2).estimatedTime()).contains(Duration.ofSeconds(5));
    }

    @Test
    void without_any_duration_the_critical_path_is_a_longest_chain_and_the_time_is_unknown() {
        TaskRef<?> first = pipeline.task("first").run(ctx -> {});
        TaskRef<?> second = pipeline.task("second").after(first).run(ctx -> {});
        pipeline.task("alone").run(ctx -> {});
        pipeline.task("third").after(second, first).run(ctx -> {});

        assertThat(plan().criticalPath()).containsExactly("first", "second", "third");
        assertThat(plan().unlimitedTime()).isEmpty();
        assertThat(plan().withParallelism(3).estimatedTime()).isEmpty();
        assertThat(plan().unknownDurations()).containsExactly("first", "second", "alone", "third");
    }

    @Test
    void a_task_for_the_case_of_failure_is_not_expected_to_start() {
        TaskRef<?> load = task("load", 2);
        durations.put("alarm", Duration.ofHours(1));
        TaskRef<?> alarm = pipeline.task("alarm")
                .after(load)
                .triggerRule(TriggerRule.ONE_FAILED)
                .run(ctx -> {});
        durations.put("escalate", Duration.ofHours(1));
        pipeline.task("escalate").after(alarm).run(ctx -> {});
        durations.put("clean-up", Duration.ofSeconds(3));
        pipeline.task("clean-up").runsFinally().run(ctx -> {});

        assertThat(plan().notStarted()).containsExactly("alarm", "escalate");
        assertThat(plan().unlimitedTime()).contains(Duration.ofSeconds(5));
        assertThat(plan().toText()).contains("not expected to start: alarm, escalate\n");
    }

    @Test
    void a_task_that_waits_for_one_of_several_starts_with_the_first() {
        TaskRef<?> slow = task("slow", 10);
        TaskRef<?> fast = task("fast", 1);
        durations.put("first-come", Duration.ofSeconds(4));
        pipeline.task("first-come")
                .after(slow, fast)
                .triggerRule(TriggerRule.ONE_SUCCESS)
                .run(ctx -> {});

        assertThat(plan().unlimitedTime()).contains(Duration.ofSeconds(10));
        assertThat(plan().criticalPath()).containsExactly("slow");
    }

    @Test
    void the_parallelism_of_the_pipeline_is_that_of_the_plan() {
        pipeline.parallelism(1);
        task("a", 2);
        task("b", 3);

        assertThat(plan().estimatedTime()).contains(Duration.ofSeconds(5));
        assertThatThrownBy(() -> plan().withParallelism(0)).hasMessageContaining("parallelism");
    }

    @Test
    void the_text_says_what_is_known() {
        TaskRef<?> load = task("load", 61);
        pipeline.task("report").after(load).run(ctx -> {});

        assertThat(plan().withParallelism(4).toText()).isEqualTo("""
                        plan of pipeline orders: 2 tasks in 2 waves
                        wave 1: load
                        wave 2: report
                        critical path: load -> report
                        estimated time: 1m1s with 4 tasks at once, 1m1s without a limit
                        counted as zero, without a former run: report
                        """);
    }

    @Test
    void the_text_of_a_large_pipeline_is_short() {
        TaskRef<?> last = task("t0", 1);
        for (int i = 1; i < 100; i++) {
            last = task("t" + i, 1, last);
        }
        for (int i = 0; i < 100; i++) {
            task("wide" + i, 1);
        }

        assertThat(plan().toText())
                .contains("... and 80 more waves\n")
                .contains(", ... 81 more\n")
                .contains(" -> ... 80 more\n");
        assertThat(plan().toText().length()).isLessThan(2_000);
    }

    @Test
    void the_json_has_every_task_and_seconds() {
        TaskRef<?> load = task("load", 61);
        durations.put("load", Duration.ofMillis(61_500));
        pipeline.task("report").after(load).run(ctx -> {});
        Pipeline built = pipeline.build();

        assertThat(RunPlan.of(built, TaskDurations.of(durations))
                        .withParallelism(4)
                        .toJson())
                .isEqualTo("{\"pipeline\":\"orders\",\"fingerprint\":\"" + built.fingerprint()
                        + "\",\"waves\":[[\"load\"],[\"report\"]],\"criticalPath\":[\"load\",\"report\"],"
                        + "\"notStarted\":[],\"durations\":{\"load\":61.5},\"unknownDurations\":[\"report\"],"
                        + "\"formerRuns\":0,\"unlimitedSeconds\":61.5,\"parallelism\":4,\"estimatedSeconds\":61.5}");
    }

    @Test
    void a_long_chain_and_a_wide_graph_are_planned_without_recursion() {
        TaskRef<?> last = task("t0", 1);
        for (int i = 1; i < 50_000; i++) {
            last = task("t" + i, 1, last);
        }
        TaskRef<?> alarm = pipeline.task("s0")
                .after(last)
                .triggerRule(TriggerRule.ALL_FAILED)
                .run(ctx -> {});
        for (int i = 1; i < 50_000; i++) {
            alarm = pipeline.task("s" + i).after(alarm).run(ctx -> {});
        }

        assertThat(plan().unlimitedTime()).contains(Duration.ofSeconds(50_000));
        assertThat(plan().notStarted()).hasSize(50_000);
    }
}
