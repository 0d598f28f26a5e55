package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.StoredTask;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks that have skipped themselves in one execution of a run, and are skipped because of others in a later one. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SkippedBeforeTest {
    private final PipelineBuilder builder = Pipeline.named("orders");
    private final List<String> executed = new CopyOnWriteArrayList<>();
    private final List<String> skipping = new CopyOnWriteArrayList<>();
    private final Etl etl = Etl.inMemory();

    @AfterEach
    void close() {
        etl.close();
    }

    private void execute(String id) {
        executed.add(id);
        if (skipping.contains(id)) {
            throw new TaskSkippedException("nothing for " + id);
        }
    }

    private TaskRef<Void> task(String id, TaskRef<?>... upstream) {
        return builder.task(id).after(upstream).run(ctx -> execute(id));
    }

    private List<TaskState> stored(RunId id) {
        return etl.store().tasks(id).stream().map(StoredTask::state).toList();
    }

    private RunState rerun(RunId id, Pipeline pipeline, Rerun choice, String... nowSkipping) {
        executed.clear();
        skipping.clear();
        skipping.addAll(List.of(nowSkipping));
        return etl.rerun(id, pipeline, choice).await().state();
    }

    @Test
    void a_rerun_executes_what_has_skipped_itself_before_and_was_skipped_since() {
        TaskRef<Void> first = task("first");
        task("third", task("second", first));
        Pipeline pipeline = builder.build();
        skipping.add("third");
        RunId id = etl.run(pipeline).id();
        rerun(id, pipeline, Rerun.from(first), "first");

        RunState state = rerun(id, pipeline, Rerun.only(first));

        assertThat(executed).containsExactly("first", "second", "third");
        assertThat(state).isEqualTo(RunState.SUCCEEDED);
        assertThat(stored(id)).containsOnly(TaskState.SUCCEEDED);
    }

    @Test
    void a_resume_decides_anew_on_what_has_skipped_itself_before_and_was_skipped_since() {
        TaskRef<Void> first = task("first");
        task("second", first);
        TaskRef<Void> beside = builder.task("beside").run(ctx -> {
            if (ctx.attempt() == 2) {
                throw new IllegalStateException("once");
            }
        });
        Pipeline pipeline = builder.build();
        skipping.add("second");
        RunId id = etl.run(pipeline).id();
        RunState rerun = rerun(id, pipeline, Rerun.from(first).and(Rerun.from(beside)), "first");

        etl.control().mark(id, pipeline, Mark.succeeded(first));
        executed.clear();
        skipping.clear();

        RunReport resumed = etl.resume(id, pipeline).await();

        assertThat(rerun).isEqualTo(RunState.FAILED);
        assertThat(executed).containsExactly("second");
        assertThat(resumed.state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(stored(id)).containsOnly(TaskState.SUCCEEDED);
    }

    @Test
    void a_setup_is_kept_while_its_teardown_has_not_run_since() {
        TaskRef<Void> setup = task("setup");
        TaskRef<Void> work = task("work", setup);
        builder.task("teardown").teardownOf(setup).after(work).run(ctx -> execute("teardown"));
        Pipeline pipeline = builder.build();
        skipping.add("teardown");
        RunId id = etl.run(pipeline).id();
        rerun(id, pipeline, Rerun.from(setup), "setup");

        rerun(id, pipeline, Rerun.only(work));

        assertThat(executed).isEmpty();
        assertThat(stored(id)).containsOnly(TaskState.SKIPPED);
    }
}
