package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.EngineRun;
import etl.core.spi.ErrorInfo;
import etl.core.spi.NewRun;
import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TaskDurationsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final InMemoryStateStore store = InMemoryStateStore.create();
    private final Pipeline pipeline = orders();

    private static Pipeline orders() {
        PipelineBuilder orders = Pipeline.named("orders");
        orders.task("load").run(ctx -> {});
        return orders.build();
    }

    private RunJournal run(String pipelineName) {
        RunId id = RunId.random();
        store.create(new NewRun(
                id, pipelineName, "", Optional.empty(), Map.of(), EngineRun.LOCAL, 1, START, Optional.empty(), false));
        RunJournal journal = store.journal(id);
        Durably.start(journal, START);
        return journal;
    }

    private static void write(RunJournal journal, TaskChange change) {
        journal.write(change, new RunJournal.Receipt() {
            @Override
            public void durable() {}

            @Override
            public void failed(StateStoreException failure) {
                throw failure;
            }
        });
    }

    private void succeeded(String pipelineName, String task, long seconds) {
        RunJournal journal = run(pipelineName);
        write(journal, TaskChange.started(task, 1, START));
        write(journal, TaskChange.succeeded(task, 1, START.plusSeconds(seconds), RowCounts.NONE, null, Void.class));
    }

    @Test
    void the_median_of_an_odd_and_of_an_even_number_of_runs() {
        List.of(100, 1, 3).forEach(seconds -> succeeded("orders", "load", seconds));

        assertThat(TaskDurations.of(pipeline, store).of("load")).contains(Duration.ofSeconds(3));
        succeeded("orders", "load", 6);

        TaskDurations durations = TaskDurations.of(pipeline, store);
        assertThat(durations.of("load")).contains(Duration.ofMillis(4_500));
        assertThat(durations.runs()).isEqualTo(4);
    }

    @Test
    void other_pipelines_and_tasks_that_are_gone_do_not_count() {
        succeeded("others", "load", 100);
        succeeded("orders", "gone", 100);

        TaskDurations durations = TaskDurations.of(pipeline, store);

        assertThat(durations.of("load")).isEmpty();
        assertThat(durations.of("gone")).isEmpty();
        assertThat(durations.runs()).isZero();
    }

    @Test
    void only_the_attempt_that_succeeded_counts_and_no_task_that_failed_or_still_runs() {
        RunJournal retried = run("orders");
        write(retried, TaskChange.started("load", 1, START));
        write(
                retried,
                TaskChange.failed(
                        "load",
                        1,
                        TaskState.RETRYING,
                        START.plusSeconds(50),
                        RowCounts.NONE,
                        ErrorInfo.of(new IllegalStateException())));
        write(retried, TaskChange.started("load", 2, START.plusSeconds(90)));
        write(retried, TaskChange.succeeded("load", 2, START.plusSeconds(92), RowCounts.NONE, null, Void.class));
        RunJournal failed = run("orders");
        write(failed, TaskChange.started("load", 1, START));
        write(
                failed,
                TaskChange.failed(
                        "load",
                        1,
                        TaskState.FAILED,
                        START.plusSeconds(70),
                        RowCounts.NONE,
                        ErrorInfo.of(new IllegalStateException())));
        write(run("orders"), TaskChange.started("load", 1, START));

        TaskDurations durations = TaskDurations.of(pipeline, store);

        assertThat(durations.of("load")).contains(Duration.ofSeconds(2));
        assertThat(durations.runs()).isEqualTo(1);
    }

    @Test
    void a_clock_that_was_set_back_counts_as_no_time() {
        succeeded("orders", "load", -5);

        assertThat(TaskDurations.of(pipeline, store).of("load")).contains(Duration.ZERO);
    }

    @Test
    void the_newest_runs_count() {
        for (int i = 0; i < 20; i++) {
            succeeded("orders", "load", 1_000);
        }
        for (int i = 0; i < 20; i++) {
            succeeded("orders", "load", 1);
        }

        TaskDurations durations = TaskDurations.of(pipeline, store);

        assertThat(durations.of("load")).contains(Duration.ofSeconds(1));
        assertThat(durations.runs()).isEqualTo(20);
    }

    @Test
    void a_mapped_task_counts_as_a_whole() {
        PipelineBuilder mapping = Pipeline.named("mapping");
        mapping.task("each", Integer.class).mapOver(List.of(1, 2, 3)).run((ctx, element) -> element);
        Pipeline mapped = mapping.build();
        try (Etl etl = Etl.inMemory()) {
            etl.run(mapped).orThrow();

            TaskDurations durations = TaskDurations.of(mapped, etl.store());
            assertThat(durations.of("each")).isPresent();
            assertThat(durations.runs()).isEqualTo(1);
        }
    }

    @Test
    void a_dry_run_refuses_what_a_run_refuses_and_leaves_nothing_behind() {
        AtomicInteger executed = new AtomicInteger();
        PipelineBuilder declared = Pipeline.named("planned").parallelism(8);
        Parameter<Integer> size = declared.parameter("size", Integer.class).required();
        declared.task("count").run(ctx -> executed.addAndGet(ctx.get(size)));
        PipelineBuilder pooled = Pipeline.named("pooled");
        pooled.task("count").pool("warehouse").run(ctx -> {});
        try (Etl etl = Etl.builder().parallelism(2).build()) {
            RunPlan plan = etl.plan(declared.build(), Arguments.of(size, 1));

            assertThat(plan.parallelism()).hasValue(2);
            assertThat(plan.waves()).containsExactly(List.of("count"));
            assertThat(executed).hasValue(0);
            assertThat(etl.store().recent(10)).isEmpty();
            Pipeline noArguments = declared.build();
            assertThatThrownBy(() -> etl.plan(noArguments, Arguments.none()))
                    .isInstanceOf(ArgumentsInvalidException.class);
            Pipeline noPool = pooled.build();
            assertThatThrownBy(() -> etl.plan(noPool, Arguments.none())).hasMessageContaining("pool 'warehouse'");
        }
    }

    @Test
    void a_negative_duration_is_refused() {
        assertThatThrownBy(() -> TaskDurations.of(Map.of("load", Duration.ofSeconds(-1))))
                .hasMessageContaining("duration of task 'load'");
    }
}
