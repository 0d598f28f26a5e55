package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.EngineRun;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Steps that an engine repeats although they were done: their process died before it said so, or all tasks were cleared. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RepeatedStepsTest {
    private static final EngineRun ENGINE_RUN = new EngineRun("airflow", "manual__2001-01-01");

    private final Etl etl = Etl.inMemory();
    private final ExternalRuns external = etl.external();
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicBoolean broken = new AtomicBoolean(true);
    private final Pipeline pipeline = pipeline();
    private final RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);

    @AfterEach
    void close() {
        etl.close();
    }

    private Pipeline pipeline() {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Void> look = builder.task("look").run(ctx -> {
            looks.incrementAndGet();
            throw new TaskSkippedException("no file today");
        });
        builder.task("load").after(look).run(ctx -> {});
        TaskRef<Void> check = builder.task("check").run(ctx -> {
            if (broken.get()) {
                throw new IllegalStateException("broken");
            }
        });
        builder.task("publish").after(check).run(ctx -> {});
        return builder.build();
    }

    private EngineAttempt attempt(String task, int number) {
        return external.attempt(pipeline, run, task, number);
    }

    @Test
    void a_task_that_has_skipped_itself_is_not_executed_again() {
        EngineAttempt first = attempt("look", 1);

        EngineAttempt again = attempt("look", 2);

        assertThat(first.state()).isEqualTo(TaskState.SKIPPED);
        assertThat(first.error().orElseThrow().message()).isEqualTo("no file today");
        assertThat(again).isEqualTo(first);
        assertThat(looks).hasValue(1);
    }

    @Test
    void a_task_that_was_skipped_because_of_another_is_skipped_again() {
        attempt("look", 1);
        EngineAttempt first = attempt("load", 1);

        EngineAttempt again = attempt("load", 2);

        assertThat(first).returns(TaskState.SKIPPED, EngineAttempt::state).returns(0, EngineAttempt::attempt);
        assertThat(again).isEqualTo(first);
    }

    @Test
    void a_task_that_was_not_started_because_of_a_failure_is_not_started_again() {
        attempt("check", 1);
        EngineAttempt first = attempt("publish", 1);

        EngineAttempt again = attempt("publish", 2);

        assertThat(first.state()).isEqualTo(TaskState.UPSTREAM_FAILED);
        assertThat(again).isEqualTo(first);
    }

    @Test
    void a_run_with_skipped_tasks_that_is_cleared_as_a_whole_succeeds() {
        for (String task : new String[] {"look", "load", "check", "publish"}) {
            attempt(task, 1);
        }
        RunState first = external.finish(pipeline, run).state();
        broken.set(false);

        assertThat(attempt("look", 2).state()).isEqualTo(TaskState.SKIPPED);
        assertThat(attempt("load", 2).state()).isEqualTo(TaskState.SKIPPED);
        assertThat(attempt("load", 3).state()).isEqualTo(TaskState.SKIPPED);
        assertThat(attempt("check", 2).state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(attempt("publish", 2).state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(attempt("look", 3).state()).isEqualTo(TaskState.SKIPPED);
        assertThat(first).isEqualTo(RunState.FAILED);
        assertThat(external.finish(pipeline, run).state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(looks).hasValue(1);
    }
}
