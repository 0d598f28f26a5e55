package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.GenericType;
import etl.core.Mark;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.Rerun;
import etl.core.ResumeRefusedException;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskSkippedException;
import etl.core.TaskState;
import etl.core.spi.EngineRun;
import etl.core.spi.RunJournal;
import etl.core.spi.RunOwnedException;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import etl.testkit.PostgresExtension;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunControlOnPostgresTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<String> executed = new CopyOnWriteArrayList<>();

    record Loaded(int rows, LocalDate day, List<String> notes) {}

    private static Etl process() {
        return Etl.builder().store(JdbcStateStore.open(postgres.databaseUrl())).build();
    }

    @Test
    void of_processes_that_rerun_a_run_at_once_one_executes_it() throws Exception {
        PipelineBuilder builder = Pipeline.named("contended");
        TaskRef<Integer> first = builder.task("first", Integer.class).run(ctx -> ctx.attempt());
        builder.task("second").after(first).run(ctx -> executed.add("second"));
        Pipeline pipeline = builder.build();
        int rounds = 10;
        try (Etl one = process();
                Etl other = process()) {
            RunId id = one.run(pipeline).id();
            for (int round = 0; round < rounds; round++) {
                List<CompletableFuture<Boolean>> tries = new ArrayList<>();
                for (Etl etl : List.of(one, other, one, other)) {
                    tries.add(CompletableFuture.supplyAsync(() -> rerun(etl, id, pipeline)));
                }
                int done = 0;
                for (CompletableFuture<Boolean> attempt : tries) {
                    done += attempt.get() ? 1 : 0;
                }
                assertThat(done).isGreaterThan(0);
                RunReport report = one.control().follow(id, pipeline).await();
                assertThat(report.state()).isEqualTo(RunState.SUCCEEDED);
                assertThat(report.task(first).attempts()).isEqualTo(executed.size());
            }
            assertThat(one.store().task(id, "first").orElseThrow().attempts())
                    .extracting(StoredAttempt::attempt)
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, executed.size()).boxed().toList());
        }
    }

    private static boolean rerun(Etl etl, RunId id, Pipeline pipeline) {
        try {
            etl.rerun(id, pipeline, Rerun.from("first")).await().orThrow();
            return true;
        } catch (ResumeRefusedException | RunOwnedException beingExecuted) {
            return false;
        }
    }

    @Test
    void a_mark_of_one_process_is_where_another_goes_on() {
        PipelineBuilder builder = Pipeline.named("marked");
        TaskRef<Loaded> load = builder.task("load", Loaded.class).run(ctx -> {
            executed.add("load");
            throw new IllegalStateException("no");
        });
        TaskRef<Loaded> same = builder.task("same", Loaded.class).from(load).run((ctx, loaded) -> loaded);
        Pipeline pipeline = builder.build();
        Loaded byHand = new Loaded(3, LocalDate.of(2000, 2, 29), List.of("it's \"ok\"\n\uD83D\uDE00"));
        RunId id;
        try (Etl one = process()) {
            id = one.run(pipeline).id();
            one.control().mark(id, pipeline, Mark.succeeded(load, byHand).because("half a pair \uD83D, NUL \0"));
        }
        try (Etl other = process()) {
            assertThat(other.resume(id, pipeline).await().output(same)).isEqualTo(byHand);
            assertThat(other.store()
                            .task(id, "load")
                            .orElseThrow()
                            .attempts()
                            .get(1)
                            .error()
                            .orElseThrow()
                            .message())
                    .endsWith("half a pair \uFFFD, NUL \uFFFD");
        }
        assertThat(executed).containsExactly("load");
    }

    @Test
    void a_run_that_its_engine_has_left_is_resumed_here() {
        AtomicInteger failures = new AtomicInteger(1);
        PipelineBuilder builder = Pipeline.named("left");
        builder.task("load").run(ctx -> {
            executed.add("load");
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("as planned");
            }
        });
        Pipeline pipeline = builder.build();
        try (Etl etl = process()) {
            RunId id = etl.external().begin(pipeline, Arguments.none(), new EngineRun("airflow", "manual"));
            etl.external().attempt(pipeline, id, "load", 1);

            assertThat(etl.resume(id, pipeline).await().state()).isEqualTo(RunState.SUCCEEDED);
        }
        assertThat(executed).containsExactly("load", "load");
    }

    @Test
    void a_task_that_has_skipped_itself_before_is_executed_once_what_is_above_it_succeeds() {
        Set<String> skipping = ConcurrentHashMap.newKeySet();
        PipelineBuilder builder = Pipeline.named("skipping");
        TaskRef<?>[] above = {};
        for (String id : List.of("first", "second", "third")) {
            above = new TaskRef<?>[] {
                builder.task(id).after(above).run(ctx -> {
                    executed.add(id);
                    if (skipping.contains(id)) {
                        throw new TaskSkippedException("nothing for " + id);
                    }
                })
            };
        }
        Pipeline pipeline = builder.build();
        try (Etl etl = process()) {
            skipping.add("third");
            RunId id = etl.run(pipeline).id();
            skipping.add("first");
            etl.rerun(id, pipeline, Rerun.from("first")).await();
            executed.clear();
            skipping.clear();

            RunReport report = etl.rerun(id, pipeline, Rerun.only("first")).await();

            assertThat(report.state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(executed).containsExactly("first", "second", "third");
            assertThat(etl.store().tasks(id)).extracting(StoredTask::state).containsOnly(TaskState.SUCCEEDED);
        }
    }

    @Test
    void a_rerun_that_crashed_after_its_reset_is_resumed_by_another_process() {
        AtomicInteger length = new AtomicInteger(3);
        PipelineBuilder builder = Pipeline.named("crashed");
        TaskRef<List<Integer>> list = builder.task("list", new GenericType<List<Integer>>() {})
                .run(ctx -> IntStream.range(0, length.get()).boxed().toList());
        TaskRef<List<Integer>> mapped =
                builder.task("mapped", Integer.class).mapOver(list).run((ctx, number) -> 10 * number);
        TaskRef<Integer> sum = builder.task("sum", Integer.class)
                .from(mapped)
                .run((ctx, numbers) -> numbers.stream().mapToInt(n -> n).sum());
        Pipeline pipeline = builder.build();
        RunId id;
        try (Etl one = process()) {
            id = one.run(pipeline).id();
            try (RunJournal journal = one.store().journal(id)) {
                journal.reopen(Set.of("list", "mapped", "sum"));
            }
        }
        length.set(2);
        try (Etl other = process()) {
            RunReport resumed = other.resume(id, pipeline).await().orThrow();

            assertThat(resumed.output(mapped)).containsExactly(0, 10);
            assertThat(resumed.output(sum)).isEqualTo(10);
            assertThat(other.store().outputs(id, "mapped", Integer.class)).containsExactly(0, 10);
        }
    }
}
