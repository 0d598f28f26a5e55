package etl.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.InMemoryStateStore;
import etl.core.Mark;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.Rerun;
import etl.core.RunHandle;
import etl.core.RunId;
import etl.core.RunOptions;
import etl.core.RunPlan;
import etl.core.RunProgress;
import etl.core.RunReport;
import etl.core.RunRequest;
import etl.core.RunState;
import etl.core.RunStoppedException;
import etl.core.TaskRef;
import etl.core.spi.StateStore;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The code of docs/run-control.md. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunControlPageTest {
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());
    private final StateStore store = InMemoryStateStore.create();
    private final PipelineBuilder builder = Pipeline.named("orders");
    private final Parameter<LocalDate> day =
            builder.parameter("day", LocalDate.class).optional(LocalDate.EPOCH);
    private final TaskRef<Integer> load = builder.task("load", Integer.class).run(ctx -> {
        done.add("load");
        if (ctx.get(day).isEqual(LocalDate.MIN)) {
            throw new IllegalStateException("no such day");
        }
        return 3;
    });
    private final TaskRef<Integer> clean = builder.task("clean", Integer.class)
            .from(load)
            .run((ctx, rows) -> {
                done.add("clean");
                return rows - 1;
            });
    private final TaskRef<Void> report = builder.task("report").from(clean).run((ctx, rows) -> done.add("report"));
    private final Pipeline pipeline = builder.build();

    @Test
    void a_run_is_watched_and_cancelled() throws InterruptedException {
        try (Etl etl = Etl.builder().store(store).build()) {
            // snippet
            RunHandle run = etl.submit(pipeline, Arguments.none());
            RunProgress progress = run.progress();
            Optional<RunReport> soon = run.await(Duration.ofSeconds(10));
            run.cancel();
            RunReport end = run.await();
            // end

            assertThat(progress.tasks()).isEqualTo(3);
            assertThat(soon).isPresent();
            assertThat(end.state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void many_runs_are_started_together() {
        try (Etl etl = Etl.builder().store(store).build()) {
            LocalDate first = LocalDate.of(2001, 1, 1);
            // snippet
            List<RunRequest> days = first.datesUntil(first.plusDays(30))
                    .map(date -> new RunRequest(pipeline, Arguments.of(day, date)))
                    .toList();
            List<RunHandle> runs = etl.submitAll(days);
            // end

            assertThat(runs)
                    .hasSize(30)
                    .allSatisfy(run -> assertThat(run.await().output(clean)).isEqualTo(2));
        }
    }

    @Test
    void a_key_starts_one_run() {
        try (Etl etl = Etl.builder().store(store).build()) {
            LocalDate today = LocalDate.of(2001, 1, 1);
            // snippet
            RunOptions once = RunOptions.none().key("orders of " + today);
            RunHandle run = etl.submit(pipeline, Arguments.of(day, today), once);
            RunHandle same = etl.submit(pipeline, Arguments.of(day, today), once);
            // end

            assertThat(same.id()).isEqualTo(run.id());
            assertThat(same.isExisting()).isTrue();
            assertThat(same.await().output(clean)).isEqualTo(2);
            assertThat(done).containsExactly("load", "clean", "report");
        }
    }

    @Test
    void tasks_are_rerun() {
        try (Etl etl = Etl.builder().store(store).build()) {
            RunId id = etl.run(pipeline).id();
            done.clear();
            // snippet
            RunReport again = etl.rerun(id, pipeline, Rerun.from(clean)).await();
            RunReport twice = etl.rerun(id, pipeline, Rerun.only(load).and(Rerun.from("report")))
                    .await();
            // end

            assertThat(again.state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(twice.task(report).attempts()).isEqualTo(3);
            assertThat(done).startsWith("clean", "report").hasSize(4);
        }
    }

    @Test
    void a_task_is_marked() {
        try (Etl etl = Etl.builder().store(store).build()) {
            RunId id = etl.run(pipeline, Arguments.of(day, LocalDate.MIN)).id();
            // snippet
            etl.control().mark(id, pipeline, Mark.succeeded(load, 41).by("ann").because("loaded by hand"));
            RunReport resumed = etl.resume(id, pipeline).await();
            // end

            assertThat(resumed.output(clean)).isEqualTo(40);
            assertThat(done).containsExactly("load", "clean", "report");
        }
    }

    @Test
    void a_run_of_another_process_is_controlled() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(2);
        PipelineBuilder hanging = Pipeline.named("hanging");
        hanging.task("hang").run(ctx -> {
            started.countDown();
            new CountDownLatch(1).await();
        });
        Pipeline built = hanging.build();
        try (Etl first = Etl.builder().store(store).build();
                Etl etl = Etl.builder().store(store).build()) {
            RunId id = first.submit(built, Arguments.none()).id();
            Etl gone = Etl.builder().store(store).build();
            RunId lostId = gone.submit(built, Arguments.none()).id();
            started.await();
            gone.close();
            // snippet
            RunHandle run = etl.control().follow(id, built);
            boolean asked = etl.control().cancel(id);
            RunReport lost = etl.control().endLost(lostId, built);
            // end

            assertThat(asked).isTrue();
            assertThat(run.await().state()).isEqualTo(RunState.CANCELLED);
            assertThat(lost.state()).isEqualTo(RunState.FAILED);
        }
    }

    @Test
    void a_dry_run_records_nothing() {
        try (Etl etl = Etl.builder().store(store).build()) {
            // snippet
            RunPlan plan = etl.plan(pipeline, Arguments.of(day, LocalDate.of(2001, 1, 1)));
            // end

            assertThat(plan.toText()).contains("load");
            assertThat(store.recent(1)).isEmpty();
            assertThat(done).isEmpty();
        }
    }

    @Test
    void a_shutdown_lets_tasks_end() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        PipelineBuilder slow = Pipeline.named("slow");
        slow.task("slow").run(ctx -> {
            started.countDown();
            new CountDownLatch(1).await();
        });
        // snippet
        Etl etl = Etl.builder()
                .store(store)
                .drain(Duration.ofMillis(500))
                .grace(Duration.ofSeconds(10))
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(etl::close));
        // end
        RunHandle run = etl.submit(slow.build(), Arguments.none());
        started.await();
        etl.close();

        assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
    }
}
