package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.GenericType;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunId;
import etl.core.RunOptions;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.testkit.PostgresExtension;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunKeysOnPostgresTest {
    private static final int THREADS = 8;
    private static final int KEYS = 100;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final Map<String, Integer> executions = new ConcurrentHashMap<>();

    /** The definition as each process has it. */
    private final class Daily {
        final PipelineBuilder builder = Pipeline.named("daily");
        final Parameter<LocalDate> day =
                builder.parameter("day", LocalDate.class).required();
        final TaskRef<List<String>> lines = builder.task("lines", new GenericType<List<String>>() {})
                .run(ctx -> {
                    executions.merge(ctx.get(day).toString(), 1, Integer::sum);
                    return List.of(ctx.get(day) + "", "it's \uD83D\uDE00");
                });
        final TaskRef<List<Integer>> lengths =
                builder.task("lengths", Integer.class).mapOver(lines).run((ctx, line) -> line.length());
        final Pipeline pipeline = builder.build();
    }

    private static Etl process() {
        return Etl.builder().store(JdbcStateStore.open(postgres.databaseUrl())).build();
    }

    private static RunOptions key(LocalDate day) {
        return RunOptions.none().key("day '" + day + "' \uD83D\uDE00");
    }

    @Test
    void of_many_that_start_the_same_keys_in_two_processes_each_key_is_run_once() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        CountDownLatch together = new CountDownLatch(THREADS);
        Map<LocalDate, Set<RunId>> ids = new ConcurrentHashMap<>();
        try (Etl one = process();
                Etl other = process()) {
            List<Future<Integer>> started = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                Etl etl = thread % 2 == 0 ? one : other;
                List<LocalDate> days = days(thread);
                started.add(threads.submit(() -> {
                    together.countDown();
                    together.await();
                    return start(etl, days, ids);
                }));
            }
            int first = 0;
            for (Future<Integer> count : started) {
                first += count.get();
            }

            assertThat(first).isEqualTo(KEYS);
            assertThat(ids)
                    .hasSize(KEYS)
                    .allSatisfy((day, runs) -> assertThat(runs).hasSize(1));
            assertThat(executions)
                    .hasSize(KEYS)
                    .allSatisfy((day, times) -> assertThat(times).isEqualTo(1));
            assertThat(one.store().recent(10 * KEYS))
                    .filteredOn(run ->
                            executions.containsKey(run.definition().arguments().get("day")))
                    .hasSize(KEYS)
                    .allSatisfy(run -> assertThat(run.state()).isEqualTo(RunState.SUCCEEDED));
        } finally {
            threads.shutdownNow();
        }
    }

    /** All keys, in another order for each thread. */
    private static List<LocalDate> days(int seed) {
        List<LocalDate> days = new ArrayList<>(IntStream.range(0, KEYS)
                .mapToObj(number -> LocalDate.of(2001, 1, 1).plusDays(number))
                .toList());
        if (seed > 0) {
            Collections.shuffle(days, new Random(seed));
        }
        return days;
    }

    private int start(Etl etl, List<LocalDate> days, Map<LocalDate, Set<RunId>> ids) {
        Daily daily = new Daily();
        List<RunHandle> handles = new ArrayList<>();
        int first = 0;
        for (LocalDate day : days) {
            RunHandle handle = etl.submit(daily.pipeline, Arguments.of(daily.day, day), key(day));
            ids.computeIfAbsent(day, any -> ConcurrentHashMap.newKeySet()).add(handle.id());
            handles.add(handle);
            first += handle.isExisting() ? 0 : 1;
        }
        for (int i = 0; i < handles.size(); i++) {
            RunReport report = handles.get(i).await().orThrow();
            assertThat(report.output(daily.lines)).containsExactly(days.get(i) + "", "it's \uD83D\uDE00");
            assertThat(report.output(daily.lengths)).containsExactly(10, 7);
        }
        return first;
    }

    @Test
    void a_run_that_has_ended_in_another_process_is_read_back() {
        Daily daily = new Daily();
        LocalDate day = LocalDate.of(2000, 2, 29);
        RunId id;
        try (Etl etl = process()) {
            id = etl.run(daily.pipeline, Arguments.of(daily.day, day), key(day)).id();
        }
        Daily later = new Daily();
        try (Etl etl = process()) {
            RunReport report = etl.run(later.pipeline, Arguments.of(later.day, day), key(day));

            assertThat(report.id()).isEqualTo(id);
            assertThat(report.output(later.lines)).containsExactly("2000-02-29", "it's \uD83D\uDE00");
            assertThat(report.output(later.lengths)).containsExactly(10, 7);
            assertThat(report.elements(later.lengths))
                    .hasSize(2)
                    .allSatisfy(element -> assertThat(element.state()).isEqualTo(TaskState.SUCCEEDED));
        }
        assertThat(executions).containsOnly(Map.entry("2000-02-29", 1));
    }
}
