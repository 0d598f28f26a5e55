package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.RunListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Single tasks of included pipelines, executed again. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InclusionRerunTest {
    private final CountDownLatch innerEndedAgain = new CountDownLatch(2);
    private final Etl etl = Etl.builder()
            .listener(new RunListener() {
                @Override
                public void onTaskEnded(TaskEnded event) {
                    if (event.taskId().equals("part--inner")) {
                        innerEndedAgain.countDown();
                    }
                }
            })
            .build();
    private final PipelineBuilder outer = Pipeline.named("outer");
    private final List<String> executed = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        etl.close();
    }

    private Action noting(String what) {
        return ctx -> executed.add(what);
    }

    @Test
    void what_is_bound_is_waited_for_even_if_only_single_tasks_are_executed_again() throws InterruptedException {
        PipelineBuilder part = Pipeline.named("part");
        Parameter<Integer> size = part.parameter("size", Integer.class).required();
        TaskRef<Integer> root = part.task("root", Integer.class).run(ctx -> 1);
        AtomicInteger reads = new AtomicInteger();
        TaskRef<Integer> reader = part.task("reader", Integer.class)
                .from(root)
                .run((ctx, value) -> reads.incrementAndGet() + ctx.get(size));
        CountDownLatch again = new CountDownLatch(1);
        AtomicInteger sources = new AtomicInteger();
        TaskRef<Integer> source = outer.task("source", Integer.class).run(ctx -> {
            if (sources.incrementAndGet() == 2) {
                again.await();
            }
            return 10 * sources.get();
        });
        TaskRef<?> other = outer.task("other").run(noting("other"));
        Inclusion inclusion = outer.include("part", part.build()).with(size, source);
        TaskRef<Integer> output = inclusion.output(reader);
        Pipeline pipeline = outer.build();
        RunReport first = etl.run(pipeline).orThrow();

        RunHandle rerun = etl.rerun(first.id(), pipeline, Rerun.only(source, output, other));
        while (executed.size() < 2) {
            Thread.onSpinWait();
        }
        again.countDown();
        RunReport second = rerun.await().orThrow();

        assertThat(first.output(output)).isEqualTo(11);
        assertThat(second.output(output)).isEqualTo(22);
        assertThat(pipeline.task("part--reader").orElseThrow())
                .returns(List.of("part--root", "source"), TaskView::upstream)
                .returns(List.of("part--root"), TaskView::inputs)
                .returns(true, TaskView::isPlain);
    }

    @Test
    void what_runs_finally_within_it_is_executed_again_only_with_its_own_tasks() {
        PipelineBuilder part = Pipeline.named("part");
        part.task("work").run(noting("work"));
        part.task("last").runsFinally().run(noting("last"));
        TaskRef<?> before = outer.task("before").run(noting("before"));
        Inclusion inclusion = outer.include("part", part.build()).after(before);
        outer.task("end").runsFinally().run(noting("end"));
        Pipeline pipeline = outer.build();
        RunReport run = etl.run(pipeline).orThrow();
        executed.clear();

        etl.rerun(run.id(), pipeline, Rerun.only(before)).await().orThrow();
        assertThat(executed).containsExactly("before", "end");
        executed.clear();
        etl.rerun(run.id(), pipeline, Rerun.only("part--work")).await().orThrow();

        assertThat(executed).containsExactly("work", "last", "end");
        assertThat(inclusion.path()).isEqualTo("part");
    }

    @Test
    void an_end_within_does_not_ask_for_the_arguments_of_the_pipeline_around_it() {
        PipelineBuilder inner = Pipeline.named("inner");
        inner.task("work").run(noting("work"));
        PipelineBuilder part = Pipeline.named("part");
        Parameter<Integer> size = part.parameter("size", Integer.class).required();
        part.task("after").after(part.include("inner", inner.build()).end()).run(ctx -> {});
        AtomicInteger sources = new AtomicInteger();
        TaskRef<Integer> source = outer.task("source", Integer.class).run(ctx -> {
            if (sources.incrementAndGet() == 2) {
                innerEndedAgain.await();
            }
            return sources.get();
        });
        outer.include("part", part.build()).with(size, source);
        Pipeline pipeline = outer.build();
        RunReport first = etl.run(pipeline).orThrow();

        etl.rerun(first.id(), pipeline, Rerun.only("source", "part--inner"))
                .await()
                .orThrow();

        assertThat(sources).hasValue(2);
    }

    @Test
    void a_gate_that_is_executed_again_stops_only_what_waits_for_it_itself() {
        AtomicInteger gates = new AtomicInteger();
        TaskRef<?> gate = outer.task("gate").run(ctx -> {
            if (gates.incrementAndGet() == 2) {
                throw new TaskSkippedException("nothing new");
            }
        });
        PipelineBuilder part = Pipeline.named("part");
        TaskRef<?> root = part.task("root").run(noting("root"));
        part.task("follower").after(root).run(noting("follower"));
        outer.include("part", part.build()).after(gate);
        Pipeline pipeline = outer.build();
        RunReport first = etl.run(pipeline).orThrow();
        executed.clear();

        RunReport second = etl.rerun(first.id(), pipeline, Rerun.only("gate", "part--follower"))
                .await()
                .orThrow();

        assertThat(executed).containsExactly("follower");
        assertThat(second.task(gate).state()).isEqualTo(TaskState.SKIPPED);
    }
}
