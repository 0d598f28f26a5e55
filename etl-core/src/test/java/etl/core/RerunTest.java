package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.RunJournal;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RerunTest {
    private final List<String> executed = new CopyOnWriteArrayList<>();
    private final AtomicInteger version = new AtomicInteger(1);
    private final PipelineBuilder builder = Pipeline.named("orders");
    private final InMemoryStateStore store = InMemoryStateStore.create();
    private final Etl etl = Etl.builder().store(store).build();

    @AfterEach
    void close() {
        etl.close();
    }

    private TaskRef<String> task(String id, TaskRef<?>... upstream) {
        return builder.task(id, String.class).after(upstream).run(ctx -> {
            executed.add(id);
            return id + version.get();
        });
    }

    @Test
    void a_task_and_everything_below_it_is_executed_again() {
        TaskRef<String> extract = task("extract");
        TaskRef<String> clean = builder.task("clean", String.class)
                .from(extract)
                .run((ctx, raw) -> "clean " + raw + " in attempt " + ctx.attempt());
        TaskRef<String> other = task("other", extract);
        TaskRef<String> report = task("report", clean, other);
        Pipeline pipeline = builder.build();
        RunId id = etl.run(pipeline).id();
        executed.clear();
        version.set(2);

        RunHandle again = etl.rerun(id, pipeline, Rerun.from(clean));
        RunReport second = again.await().orThrow();

        assertThat(again.id()).isEqualTo(id);
        assertThat(executed).containsExactly("report");
        assertThat(second.output(clean)).isEqualTo("clean extract1 in attempt 2");
        assertThat(second.output(report)).isEqualTo("report2");
        assertThat(second.output(other)).isEqualTo("other1");
        assertThat(store.task(id, "report").orElseThrow().attempts())
                .extracting(StoredAttempt::attempt, StoredAttempt::state)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(1, TaskState.SUCCEEDED),
                        org.assertj.core.groups.Tuple.tuple(2, TaskState.SUCCEEDED));
    }

    @Test
    void only_the_tasks_that_are_named_are_executed_again() {
        TaskRef<String> a = task("a");
        TaskRef<String> b = task("b", a);
        TaskRef<String> c = task("c", b);
        Pipeline pipeline = builder.build();
        RunId id = etl.run(pipeline).id();
        executed.clear();
        version.set(2);

        RunReport second =
                etl.rerun(id, pipeline, Rerun.only(a).and(Rerun.only("c"))).await();

        assertThat(executed).containsExactlyInAnyOrder("a", "c");
        assertThat(second.output(a)).isEqualTo("a2");
        assertThat(second.output(b)).isEqualTo("b1");
        assertThat(second.output(c)).isEqualTo("c2");
    }

    @Test
    void what_has_not_succeeded_is_executed_as_well() {
        TaskRef<String> a = task("a");
        task("below", a);
        builder.task("flaky").run(ctx -> {
            executed.add("flaky");
            if (ctx.attempt() == 1) {
                throw new IllegalStateException("once");
            }
        });
        Pipeline pipeline = builder.build();
        RunReport first = etl.run(pipeline);
        executed.clear();

        RunReport second = etl.rerun(first.id(), pipeline, Rerun.only("a")).await();

        assertThat(first.state()).isEqualTo(RunState.FAILED);
        assertThat(second.state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(executed).containsExactlyInAnyOrder("a", "flaky");
    }

    @Test
    void a_mapped_task_is_executed_again_as_a_whole() {
        AtomicInteger size = new AtomicInteger(3);
        TaskRef<List<Integer>> list = builder.task("list", new GenericType<List<Integer>>() {})
                .run(ctx -> IntStream.range(0, size.get()).boxed().toList());
        TaskRef<List<Integer>> doubled =
                builder.task("double", Integer.class).mapOver(list).run((ctx, number) -> version.get() * number);
        TaskRef<Integer> sum = builder.task("sum", Integer.class)
                .from(doubled)
                .run((ctx, numbers) -> numbers.stream().mapToInt(n -> n).sum());
        Pipeline pipeline = builder.build();
        RunId id = etl.run(pipeline).id();
        version.set(2);

        assertThat(etl.rerun(id, pipeline, Rerun.from(doubled)).await().output(sum))
                .isEqualTo(6);
        size.set(2);
        RunReport shorter = etl.rerun(id, pipeline, Rerun.from(list)).await();
        assertThat(shorter.output(doubled)).containsExactly(0, 2);
        assertThat(shorter.output(sum)).isEqualTo(2);
        assertThat(store.outputs(id, "double", Integer.class)).containsExactly(0, 2);
    }

    @Test
    void the_elements_of_another_list_are_not_kept() {
        TaskRef<List<String>> list = builder.task("list", new GenericType<List<String>>() {})
                .run(ctx -> List.of("a" + version, "b" + version));
        TaskRef<List<String>> mapped = builder.task("mapped", String.class)
                .mapOver(list)
                .run((ctx, element) -> {
                    if (element.equals("b1")) {
                        throw new IllegalStateException("bad");
                    }
                    return "done " + element;
                });
        Pipeline pipeline = builder.build();
        RunId id = etl.run(pipeline).id();
        version.set(2);

        RunReport second = etl.rerun(id, pipeline, Rerun.only(list)).await();

        assertThat(second.output(mapped)).containsExactly("done a2", "done b2");
    }

    @Test
    void clean_up_has_its_turn_with_the_work_that_it_is_for() {
        TaskRef<String> setup = task("setup");
        TaskRef<String> work = task("work", setup);
        TaskRef<String> moreWork = task("more-work", setup);
        builder.task("teardown").teardownOf(setup).after(work, moreWork).run(ctx -> executed.add("teardown"));
        task("unrelated");
        builder.task("finally").runsFinally().run(ctx -> executed.add("finally"));
        Pipeline pipeline = builder.build();
        RunId id = etl.run(pipeline).id();
        executed.clear();

        etl.rerun(id, pipeline, Rerun.only(work)).await().orThrow();
        assertThat(executed).containsExactly("setup", "work", "teardown", "finally");
        executed.clear();

        etl.rerun(id, pipeline, Rerun.only("unrelated")).await().orThrow();
        assertThat(executed).containsExactly("unrelated", "finally");
    }

    @Test
    void a_resume_sets_up_again_what_was_torn_down() {
        AtomicInteger staging = new AtomicInteger();
        TaskRef<Integer> setup = builder.task("setup", Integer.class).run(ctx -> staging.incrementAndGet());
        TaskRef<Void> work = builder.task("work").from(setup).run((ctx, table) -> {
            if (staging.get() != 1 || ctx.attempt() == 1) {
                throw new IllegalStateException("attempt " + ctx.attempt() + ", staging " + staging);
            }
        });
        builder.task("teardown").teardownOf(setup).after(work).run(ctx -> staging.decrementAndGet());
        Pipeline pipeline = builder.build();
        RunReport first = etl.run(pipeline);

        assertThat(staging).hasValue(0);
        assertThat(etl.resume(first.id(), pipeline).await().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(staging).hasValue(0);
    }

    @Test
    void what_had_been_made_between_the_setup_and_the_failed_task_is_made_again() {
        TaskRef<String> setup = task("setup");
        TaskRef<String> fill = task("fill", setup);
        TaskRef<String> beside = task("beside", setup);
        TaskRef<Void> copy = builder.task("copy").after(fill).run(ctx -> {
            executed.add("copy");
            if (ctx.attempt() == 1) {
                throw new IllegalStateException("as planned");
            }
        });
        builder.task("teardown").teardownOf(setup).after(copy, beside).run(ctx -> executed.add("teardown"));
        Pipeline pipeline = builder.build();
        RunId id = etl.run(pipeline).id();
        executed.clear();

        etl.resume(id, pipeline).await().orThrow();

        assertThat(executed).containsExactly("setup", "fill", "copy", "teardown");
    }

    @Test
    void what_lies_between_two_setups_of_one_teardown_is_made_again() {
        TaskRef<String> schema = task("schema");
        TaskRef<String> table = task("table", schema);
        TaskRef<String> index = task("index", table);
        TaskRef<Void> work = builder.task("work").after(index).run(ctx -> {
            executed.add("work");
            if (ctx.attempt() == 1) {
                throw new IllegalStateException("as planned");
            }
        });
        builder.task("teardown").teardownOf(schema, index).after(work).run(ctx -> executed.add("teardown"));
        Pipeline pipeline = builder.build();
        RunId id = etl.run(pipeline).id();
        executed.clear();

        etl.resume(id, pipeline).await().orThrow();

        assertThat(executed).containsExactly("schema", "table", "index", "work", "teardown");
    }

    @Test
    void what_is_executed_again_does_not_reuse_what_it_had_computed() {
        TaskRef<Integer> load = builder.task("load", Integer.class)
                .cache(Cache.version("1"))
                .run(ctx -> {
                    executed.add("load");
                    if (ctx.attempt() == 2) {
                        throw new IllegalStateException("as planned");
                    }
                    return version.get();
                });
        Pipeline pipeline = builder.build();
        RunId id = etl.run(pipeline).id();
        version.set(2);
        assertThat(etl.rerun(id, pipeline, Rerun.only(load)).await().state()).isEqualTo(RunState.FAILED);

        assertThat(etl.resume(id, pipeline).await().output(load)).isEqualTo(2);
        assertThat(executed).containsExactly("load", "load", "load");
    }

    @Test
    void a_crash_in_the_middle_of_a_rerun_is_resumed_and_not_repeated() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        TaskRef<String> a = task("a");
        TaskRef<Void> hanging = builder.task("hanging").after(a).run(ctx -> {
            executed.add("hanging");
            if (ctx.attempt() == 2) {
                started.countDown();
                new CountDownLatch(1).await();
            }
        });
        task("last", hanging);
        Pipeline pipeline = builder.build();
        RunId id = etl.run(pipeline).id();
        executed.clear();
        Etl dying = Etl.builder().store(store).build();
        RunHandle rerun = dying.rerun(id, pipeline, Rerun.from(a));
        started.await();
        dying.close();
        assertThatThrownBy(rerun::await).isInstanceOf(RunStoppedException.class);
        assertThatThrownBy(() -> etl.rerun(id, pipeline, Rerun.from(a)))
                .isInstanceOf(ResumeRefusedException.class)
                .hasMessageContaining("has not ended: it is RUNNING");

        assertThat(etl.resume(id, pipeline).await().state()).isEqualTo(RunState.SUCCEEDED);

        assertThat(executed).containsExactly("a", "hanging", "hanging", "last");
    }

    @Test
    void a_crash_right_after_the_reset_is_resumed() {
        TaskRef<String> a = task("a");
        task("b", a);
        Pipeline pipeline = builder.build();
        RunId id = etl.run(pipeline).id();
        executed.clear();
        try (RunJournal journal = store.journal(id)) {
            journal.reopen(Set.of("a", "b"));
        }

        etl.resume(id, pipeline).await().orThrow();

        assertThat(executed).containsExactly("a", "b");
    }

    @Test
    void a_branch_may_choose_otherwise() {
        TaskRef<String> branch = task("branch");
        TaskRef<String> one =
                builder.task("one", String.class).when(branch, "branch1").run(ctx -> "1");
        TaskRef<String> two =
                builder.task("two", String.class).when(branch, "branch2").run(ctx -> "2");
        Pipeline pipeline = builder.build();
        RunId id = etl.run(pipeline).id();
        version.set(2);

        RunReport second = etl.rerun(id, pipeline, Rerun.from(branch)).await();

        assertThat(second.task(one).state()).isEqualTo(TaskState.SKIPPED);
        assertThat(second.output(two)).isEqualTo("2");
    }

    @Test
    void unknown_tasks_are_named_all_at_once_and_nothing_is_changed() {
        task("a");
        Pipeline pipeline = builder.build();
        RunId id = etl.run(pipeline).id();

        assertThatThrownBy(() ->
                        etl.rerun(id, pipeline, Rerun.from("a", "b", "c\n").and(Rerun.only("d"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("pipeline 'orders' has no task 'b', 'c?', 'd'; it has a");
        assertThat(store.find(id).orElseThrow().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(store.tasks(id)).extracting(StoredTask::state).containsExactly(TaskState.SUCCEEDED);
        assertThatThrownBy(() -> Rerun.from(new String[0])).hasMessageContaining("no task is named");
    }

    @Test
    void a_run_that_is_being_executed_is_not_rerun() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        builder.task("slow").run(ctx -> {
            started.countDown();
            goOn.await();
        });
        Pipeline pipeline = builder.build();
        RunHandle run = etl.submit(pipeline, Arguments.none());
        started.await();

        assertThatThrownBy(() -> etl.rerun(run.id(), pipeline, Rerun.from("slow")))
                .isInstanceOf(ResumeRefusedException.class)
                .hasMessageContaining("is being executed right now");
        goOn.countDown();
        assertThat(run.await().state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void an_unknown_run_and_another_definition_are_refused() {
        task("a");
        Pipeline pipeline = builder.build();
        RunId id = etl.run(pipeline).id();
        task("b");
        Pipeline changed = builder.build();

        assertThatThrownBy(() -> etl.rerun(RunId.random(), pipeline, Rerun.from("a")))
                .isInstanceOf(ResumeRefusedException.class)
                .hasMessageContaining("is unknown in this store");
        assertThatThrownBy(() -> etl.rerun(id, changed, Rerun.from("a")))
                .isInstanceOf(ResumeRefusedException.class)
                .hasMessageContaining("another definition");
    }
}
