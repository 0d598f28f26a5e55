package etl.engines.cli;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.InMemoryStateStore;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.engines.cli.Application.Result;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunControlCommandsTest {
    private final InMemoryStateStore store = InMemoryStateStore.create();
    private final List<String> executed = new CopyOnWriteArrayList<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile boolean broken = true;

    private record Loaded(int rows, LocalDate day) {}

    private Pipeline orders() {
        PipelineBuilder builder = Pipeline.named("orders");
        var day = builder.parameter("day", LocalDate.class).optional(LocalDate.EPOCH);
        TaskRef<Loaded> load = builder.task("load", Loaded.class).run(ctx -> {
            executed.add("load");
            if (broken) {
                throw new IllegalStateException("broken");
            }
            return new Loaded(1, ctx.get(day));
        });
        TaskRef<Void> clean = builder.task("clean").from(load).run((ctx, loaded) -> executed.add("clean " + loaded));
        builder.task("report").after(clean).run(ctx -> executed.add("report"));
        return builder.build();
    }

    private Pipeline hanging() {
        PipelineBuilder builder = Pipeline.named("hanging");
        builder.task("hang").run(ctx -> {
            started.countDown();
            new CountDownLatch(1).await();
        });
        return builder.build();
    }

    private final class Host extends Application {
        Host() {
            super(store);
        }

        @Override
        public String command() {
            return "app";
        }

        @Override
        public List<Pipeline> pipelines() {
            return List.of(orders(), hanging());
        }
    }

    private Result execute(String... arguments) {
        return new Host().execute(arguments);
    }

    private String newest() {
        return store.recent(1).get(0).definition().id().toString();
    }

    private RunState state(String run) {
        return store.find(RunId.parse(run)).orElseThrow().state();
    }

    @Test
    void a_key_is_run_once() {
        broken = false;
        assertThat(execute("run", "orders", "--key", "it's monday").code()).isZero();
        Result second = execute("run", "orders", "--key", "it's monday");

        assertThat(second.code()).isZero();
        assertThat(second.out())
                .contains("run " + newest() + " has this key already; nothing is started")
                .containsPattern("report +SUCCEEDED");
        assertThat(executed).hasSize(3);
        Result other = execute("run", "orders", "--key", "it's monday", "-p", "day=2001-01-01");
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err())
                .isEqualTo("error: run key 'it's monday' of pipeline 'orders' belongs to run " + newest()
                        + ", which was started with other arguments: day was '1970-01-01' and is now '2001-01-01'; use"
                        + " another key, or the arguments of that run\n");
    }

    @Test
    void a_key_that_is_no_key_is_refused() {
        assertThat(execute("run", "--key", " "))
                .returns(1, Result::code)
                .satisfies(result -> assertThat(result.err()).contains("a run key must not be blank"));
        assertThat(execute("run", "--key", "a", "--dry-run"))
                .returns(2, Result::code)
                .satisfies(result -> assertThat(result.err()).contains("leave it out with --dry-run"));
        assertThat(execute("run", "--key", "a", "--engine", "airflow"))
                .returns(2, Result::code)
                .satisfies(result -> assertThat(result.err()).contains("leave it out with --engine"));
        assertThat(store.recent(1)).isEmpty();
    }

    @Test
    void a_run_is_rerun_from_a_task_or_for_one_task_or_what_failed() {
        execute("run", "orders");
        String run = newest();
        broken = false;
        executed.clear();

        assertThat(execute("rerun", run).code()).isZero();
        assertThat(executed).hasSize(3);
        executed.clear();
        assertThat(execute("rerun", run, "--from", "clean").code()).isZero();
        assertThat(executed).hasSize(2).endsWith("report");
        executed.clear();
        assertThat(execute("rerun", run, "--task", "load", "--task", "report").code())
                .isZero();
        assertThat(executed).containsExactlyInAnyOrder("load", "report");
    }

    @Test
    void what_cannot_be_rerun_is_one_line() {
        broken = false;
        execute("run", "orders");
        String run = newest();

        assertThat(execute("rerun", run, "--from", "lod", "--task", "raport"))
                .isEqualTo(new Result(
                        1, "", "error: pipeline 'orders' has no task 'lod', 'raport'; it has load, clean, report\n"));
        assertThat(execute("rerun", run).err()).contains("there is nothing to resume");
        assertThat(execute("rerun", RunId.random().toString(), "--from", "load").err())
                .contains("is unknown; see 'app runs'");
        assertThat(execute("rerun").code()).isEqualTo(2);
    }

    @Test
    void a_task_is_marked_with_its_output_and_the_run_goes_on() {
        execute("run", "orders");
        String run = newest();
        executed.clear();

        Result marked = execute(
                "mark",
                run,
                "load",
                "succeeded",
                "--output",
                "{\"rows\": 5, \"day\": \"2001-01-01\"}",
                "--reason",
                "loaded by hand",
                "--by",
                "ann");

        assertThat(marked.code()).isZero();
        assertThat(marked.out())
                .isEqualTo("task 'load' marked SUCCEEDED by ann: loaded by hand\ngo on with: app resume " + run + "\n");
        assertThat(execute("show", run).out())
                .contains("load, attempt 2: etl.core.TaskMarkedException: marked SUCCEEDED by ann: loaded by hand");
        assertThat(execute("resume", run).code()).isZero();
        assertThat(executed).containsExactly("clean Loaded[rows=5, day=2001-01-01]", "report");
    }

    @Test
    void the_way_on_from_a_run_that_stays_succeeded_is_a_rerun() {
        broken = false;
        execute("run", "orders");
        String run = newest();

        assertThat(execute("mark", run, "clean", "SUCCEEDED").out())
                .endsWith("go on with: app rerun " + run + " --from TASK\n");
        assertThat(execute("mark", run, "clean", "FAILED").out()).endsWith("go on with: app resume " + run + "\n");
    }

    @Test
    void marks_that_cannot_be_set_say_why() {
        execute("run", "orders");
        String run = newest();

        assertThat(execute("mark", run, "load", "SUCCEEDED"))
                .returns(1, Result::code)
                .satisfies(result ->
                        assertThat(result.err()).contains("need its output").contains("give one"));
        assertThat(execute("mark", run, "load", "SUCCEEDED", "--output", "{\"row\": 5}"))
                .returns(1, Result::code)
                .satisfies(result -> assertThat(result.err())
                        .contains("--output cannot be read as " + Loaded.class.getName())
                        .hasLineCount(1));
        assertThat(execute("mark", run, "load", "SUCCEEDED", "--output", "{").code())
                .isEqualTo(1);
        assertThat(execute("mark", run, "load", "SKIPPED", "--output", "1"))
                .returns(2, Result::code)
                .satisfies(result -> assertThat(result.err()).contains("--output is for SUCCEEDED"));
        assertThat(execute("mark", run, "lod", "SKIPPED").err()).contains("lod");
        assertThat(execute("mark", run, "load", "CANCELLED").code()).isEqualTo(2);
        assertThat(store.task(RunId.parse(run), "load").orElseThrow().attempts())
                .hasSize(1);
        assertThat(execute("mark", run, "load", "SKIPPED").code()).isZero();
        assertThat(execute("resume", run).code()).isZero();
    }

    @Test
    void a_run_of_another_process_is_cancelled() throws InterruptedException {
        try (Etl other = Etl.builder().store(store).build()) {
            RunHandle run = other.submit(hanging(), Arguments.none());
            started.await();

            Result cancelled = execute("cancel", run.id().toString());

            assertThat(cancelled.code()).isZero();
            assertThat(cancelled.out()).containsPattern("hang +CANCELLED").contains("CANCELLED after");
            assertThat(run.await().state()).isEqualTo(RunState.CANCELLED);
            assertThat(execute("cancel", run.id().toString()))
                    .isEqualTo(new Result(1, "", "error: run " + run.id() + " has ended already: it is CANCELLED\n"));
        }
    }

    @Test
    void a_run_whose_process_is_gone_is_ended_as_lost() throws InterruptedException {
        Etl other = Etl.builder().store(store).build();
        String run = other.submit(hanging(), Arguments.none()).id().toString();
        started.await();
        other.close();

        Result waited = execute("cancel", run, "--wait", "0");
        assertThat(waited.code()).isEqualTo(1);
        assertThat(waited.err()).contains("has not ended within 0 s").contains("app cancel " + run + " --lost");
        assertThat(state(run)).isEqualTo(RunState.RUNNING);

        assertThat(execute("cancel", run, "--lost").code()).isZero();
        assertThat(state(run)).isEqualTo(RunState.FAILED);
        assertThat(store.task(RunId.parse(run), "hang").orElseThrow().state()).isEqualTo(TaskState.FAILED);
        assertThat(execute("cancel", run, "--lost").err()).contains("has ended already: it is FAILED");
    }

    @Test
    void the_help_tells_what_a_cancel_cannot_do() {
        assertThat(execute("cancel", "--help").out().replaceAll("\\s+", " "))
                .contains("if it is gone, nothing happens")
                .contains("Make sure that it is gone");
    }
}
