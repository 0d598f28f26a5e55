package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.StoredAttempt;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MarkTest {
    private final List<String> executed = new CopyOnWriteArrayList<>();
    private final PipelineBuilder builder = Pipeline.named("orders");
    private final TaskRef<Integer> load = builder.task("load", Integer.class).run(ctx -> fail("load"));
    private final TaskRef<Void> clean = builder.task("clean").after(load).run(ctx -> executed.add("clean"));
    private final TaskRef<Integer> report =
            builder.task("report", Integer.class).after(clean).from(load).run((ctx, rows) -> rows + 1);
    private final Pipeline pipeline = builder.build();
    private final InMemoryStateStore store = InMemoryStateStore.create();
    private final Etl etl = Etl.builder().store(store).build();

    private Integer fail(String id) {
        executed.add(id);
        throw new IllegalStateException(id);
    }

    @AfterEach
    void close() {
        etl.close();
    }

    @Test
    void a_task_that_is_marked_with_an_output_is_not_executed_and_read_by_those_below() {
        RunId id = etl.run(pipeline).id();
        executed.clear();

        etl.control().mark(id, pipeline, Mark.succeeded(load, 41).by("ann").because("loaded by hand"));
        assertThat(store.find(id).orElseThrow().state()).isEqualTo(RunState.FAILED);
        RunReport resumed = etl.resume(id, pipeline).await().orThrow();

        assertThat(resumed.output(report)).isEqualTo(42);
        assertThat(executed).containsExactly("clean");
        StoredAttempt mark = store.task(id, "load").orElseThrow().attempts().get(1);
        assertThat(mark.attempt()).isEqualTo(2);
        assertThat(mark.state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(mark.endedAt()).contains(mark.startedAt());
        assertThat(mark.error().orElseThrow().toString())
                .isEqualTo("etl.core.TaskMarkedException: marked SUCCEEDED by ann: loaded by hand");
        assertThat(mark.error().orElseThrow().stack())
                .isEqualTo(mark.error().orElseThrow().toString() + "\n");
    }

    @Test
    void a_mapped_task_and_a_cached_one_that_are_marked_as_failed_are_executed_again() {
        PipelineBuilder other = Pipeline.named("other");
        AtomicInteger version = new AtomicInteger(1);
        TaskRef<List<Integer>> mapped = other.task("mapped", Integer.class)
                .mapOver(List.of(10, 20))
                .run((ctx, number) -> number + version.get());
        TaskRef<Integer> cached =
                other.task("cached", Integer.class).cache(Cache.version("1")).run(ctx -> version.get());
        Pipeline marked = other.build();
        RunId id = etl.run(marked).orThrow().id();
        version.set(2);

        etl.control().mark(id, marked, Mark.failed(mapped));
        etl.control().mark(id, marked, Mark.failed(cached));
        RunReport resumed = etl.resume(id, marked).await().orThrow();

        assertThat(resumed.output(mapped)).containsExactly(12, 22);
        assertThat(resumed.output(cached)).isEqualTo(2);
    }

    @Test
    void the_elements_of_a_list_that_was_replaced_by_hand_are_not_kept() {
        PipelineBuilder other = Pipeline.named("other");
        AtomicBoolean fails = new AtomicBoolean(true);
        TaskRef<List<String>> files =
                other.task("files", new GenericType<List<String>>() {}).run(ctx -> List.of("a", "b", "c"));
        TaskRef<List<String>> mapped = other.task("mapped", String.class)
                .mapOver(files)
                .run((ctx, file) -> {
                    executed.add(file);
                    if ((file.equals("b") || file.equals("y")) && fails.getAndSet(false)) {
                        throw new IllegalStateException("as planned");
                    }
                    return file;
                });
        Pipeline marked = other.parallelism(1).build();
        RunId id = etl.run(marked).id();
        etl.control().mark(id, marked, Mark.succeeded(files, List.of("x", "y")));
        executed.clear();
        fails.set(true);

        assertThat(etl.resume(id, marked).await().state()).isEqualTo(RunState.FAILED);
        assertThat(executed).containsExactly("x", "y");
        executed.clear();
        assertThat(etl.resume(id, marked).await().output(mapped)).containsExactly("x", "y");
        assertThat(executed).as("those of the same list are kept").containsExactly("y");
    }

    @Test
    void a_task_that_is_marked_skipped_is_left_out_with_what_needs_it() {
        RunId id = etl.run(pipeline).id();

        etl.control().mark(id, pipeline, Mark.skipped(load));
        RunReport resumed = etl.resume(id, pipeline).await();

        assertThat(resumed.state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(resumed.tasks()).extracting(TaskReport::state).containsOnly(TaskState.SKIPPED);
        assertThat(executed).containsExactly("load");
        assertThat(store.task(id, "load")
                        .orElseThrow()
                        .attempts()
                        .get(1)
                        .error()
                        .orElseThrow()
                        .message())
                .isEqualTo("marked SKIPPED by " + System.getProperty("user.name"));
    }

    @Test
    void a_task_that_is_marked_failed_is_executed_again() {
        RunId id = etl.run(pipeline).id();
        etl.control().mark(id, pipeline, Mark.succeeded(load, 1));
        etl.resume(id, pipeline).await().orThrow();
        executed.clear();

        etl.control().mark(id, pipeline, Mark.failed("clean").by("ann"));

        assertThat(store.find(id).orElseThrow().state()).isEqualTo(RunState.FAILED);
        assertThat(store.find(id).orElseThrow().error().orElseThrow().message()).isEqualTo("marked FAILED by ann");
        etl.resume(id, pipeline).await().orThrow();
        assertThat(executed).containsExactly("clean");
    }

    @Test
    void a_mapped_task_can_be_accepted_as_it_is() {
        PipelineBuilder mapping = Pipeline.named("mapping");
        TaskRef<List<Integer>> mapped =
                mapping.task("mapped", Integer.class).mapOver(List.of(1, 0, 2)).run((ctx, number) -> 10 / number);
        TaskRef<Integer> count =
                mapping.task("count", Integer.class).from(mapped).run((ctx, list) -> list.size());
        Pipeline built = mapping.build();
        RunId id = etl.run(built).id();

        assertThatThrownBy(() -> etl.control().mark(id, built, Mark.succeeded(mapped, List.of(1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it is mapped, and its output is that of its elements");
        etl.control().mark(id, built, Mark.succeeded(mapped).because("a bad element is all right"));
        RunReport resumed = etl.resume(id, built).await().orThrow();

        assertThat(resumed.output(mapped)).containsExactly(10, 5);
        assertThat(resumed.output(count)).isEqualTo(2);
    }

    @Test
    void the_output_has_to_be_of_the_declared_type() {
        PipelineBuilder typed = Pipeline.named("typed");
        TaskRef<Map<String, Integer>> map = typed.task("map", new GenericType<Map<String, Integer>>() {})
                .run(ctx -> {
                    throw new IllegalStateException("no");
                });
        Pipeline built = typed.build();
        RunId id = etl.run(built).id();

        assertThatThrownBy(() -> etl.control().mark(id, built, Mark.succeeded(map)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("task 'map' cannot be marked SUCCEEDED: the tasks below it need its output, a"
                        + " java.util.Map<java.lang.String, java.lang.Integer>; give one");
        assertThatThrownBy(() -> etl.control().mark(id, built, Mark.succeeded("map", 7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("and the one given is a java.lang.Integer");
        assertThatThrownBy(() -> etl.control().mark(id, built, Mark.skipped("mop")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mop");
        etl.control().mark(id, built, Mark.succeeded("map", null));
        assertThat(etl.resume(id, built).await().output(map)).isNull();
    }

    @Test
    void a_run_that_has_not_ended_is_refused() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        PipelineBuilder slow = Pipeline.named("slow");
        TaskRef<Void> hanging = slow.task("hanging").run(ctx -> {
            started.countDown();
            new CountDownLatch(1).await();
        });
        Pipeline built = slow.build();
        Etl other = Etl.builder().store(store).build();
        RunHandle run = other.submit(built, Arguments.none());
        started.await();

        assertThatThrownBy(() -> other.control().mark(run.id(), built, Mark.skipped(hanging)))
                .isInstanceOf(ResumeRefusedException.class)
                .hasMessageContaining("is being executed right now");
        assertThatThrownBy(() -> etl.control().mark(run.id(), built, Mark.skipped(hanging)))
                .isInstanceOf(ResumeRefusedException.class)
                .hasMessageContaining("has not ended: it is RUNNING");
        other.close();
        assertThatThrownBy(() -> etl.control().mark(RunId.random(), built, Mark.skipped(hanging)))
                .isInstanceOf(ResumeRefusedException.class)
                .hasMessageContaining("is unknown in this store");
        RunId failed = etl.run(pipeline).id();
        assertThatThrownBy(() -> etl.control().mark(failed, built, Mark.skipped(hanging)))
                .isInstanceOf(ResumeRefusedException.class)
                .hasMessageContaining("belongs to pipeline 'orders' and not to 'slow'");
    }

    @Test
    void a_mark_that_was_refused_leaves_the_run_free() {
        RunId id = etl.run(pipeline).id();
        etl.control().mark(id, pipeline, Mark.succeeded(load, 1));
        etl.resume(id, pipeline).await().orThrow();

        assertThatThrownBy(() -> etl.resume(id, pipeline)).hasMessageContaining("has succeeded");
        etl.rerun(id, pipeline, Rerun.only(clean)).await().orThrow();
    }

    @Test
    void a_marked_task_tells_nothing_about_durations() {
        RunId id = etl.run(pipeline).id();
        etl.control().mark(id, pipeline, Mark.succeeded(load, 1));

        assertThat(TaskDurations.of(pipeline, store).of("load")).isEmpty();
    }
}
