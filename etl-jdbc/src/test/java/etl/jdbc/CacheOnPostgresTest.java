package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Cache;
import etl.core.Etl;
import etl.core.GenericType;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunReport;
import etl.core.TaskRef;
import etl.core.TaskReport;
import etl.core.spi.RunListener;
import etl.testkit.PostgresExtension;
import etl.testkit.RandomCaches;
import java.io.BufferedReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CacheOnPostgresTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @TempDir
    Path folder;

    private final AtomicInteger executions = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8})
    void runs_of_two_processes_compute_each_output_once(long seed) {
        RandomCaches.check(
                List.of(JdbcStateStore.open(postgres.databaseUrl()), JdbcStateStore.open(postgres.databaseUrl())),
                seed,
                25);
    }

    @Test
    void a_process_that_is_killed_while_it_computes_lets_another_one_compute() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ComputingProcess.class.getName(),
                        postgres.databaseUrl())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            awaitComputing(out);
            CountDownLatch waiting = new CountDownLatch(1);
            try (Etl etl = open(waiting)) {
                RunHandle run = etl.submit(ComputingProcess.pipeline(() -> "computed by the heir"), Arguments.none());
                assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();

                process.destroyForcibly();
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(secondsClaimed()).as("not for ever").isBetween(0L, 30L);
                // Instead of waiting for that time.
                postgres.execute("update etl.task_cache set claimed_until = now() where task_id = 'slow'");

                RunReport report = run.await().orThrow();
                assertThat(etl.store().output(run.id(), "slow", String.class)).isEqualTo("computed by the heir");
                assertThat(report.tasks()).extracting(TaskReport::isCached).containsExactly(false);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private static void awaitComputing(BufferedReader out) throws Exception {
        String line = out.readLine();
        while (line != null && !line.equals(ComputingProcess.COMPUTING)) {
            line = out.readLine();
        }
        assertThat(line).as("what the process tells").isEqualTo(ComputingProcess.COMPUTING);
    }

    private static Etl open(CountDownLatch waiting) {
        return Etl.builder()
                .store(JdbcStateStore.open(postgres.databaseUrl()))
                .listener(new RunListener() {
                    @Override
                    public boolean synchronous() {
                        return true;
                    }

                    @Override
                    public void onCacheChecked(CacheChecked event) {
                        if (event.result() == CacheResult.WAITING) {
                            waiting.countDown();
                        }
                    }
                })
                .build();
    }

    private static long secondsClaimed() throws SQLException {
        return Query.longs(
                        postgres.dataSource(),
                        "select extract(epoch from claimed_until - clock_timestamp())::bigint from etl.task_cache"
                                + " where task_id = 'slow'")
                .get(0);
    }

    @Test
    void an_output_that_was_read_back_leads_to_the_same_keys_as_one_that_was_computed() {
        PipelineBuilder builder = Pipeline.named("read-back");
        TaskRef<Map<String, Set<Double>>> first = builder.task("first", new GenericType<Map<String, Set<Double>>>() {})
                .cache(Cache.version("1"))
                .run(ctx -> {
                    Map<String, Set<Double>> map = new HashMap<>();
                    for (int i = 0; i < 100; i++) {
                        map.put("key" + i, new HashSet<>(List.of(i + 0.1, -i - 1.0E10, Double.MIN_VALUE)));
                    }
                    return map;
                });
        TaskRef<Integer> second = builder.task("second", Integer.class)
                .cache(Cache.version("1"))
                .from(first)
                .run((ctx, map) -> {
                    executions.incrementAndGet();
                    return map.size();
                });
        Pipeline pipeline = builder.build();
        try (Etl etl =
                Etl.builder().store(JdbcStateStore.open(postgres.databaseUrl())).build()) {
            RunReport computed = etl.run(pipeline).orThrow();

            RunReport reused = etl.run(pipeline).orThrow();

            assertThat(reused.output(first)).isEqualTo(computed.output(first));
            assertThat(reused.task(first).isCached()).isTrue();
            assertThat(reused.task(second).isCached()).isTrue();
            assertThat(executions).hasValue(1);
        }
    }

    record Amounts(BigDecimal sum, Set<BigDecimal> parts, Map<BigDecimal, Double> rates) {}

    @Test
    void numbers_have_the_same_hash_before_they_are_stored_and_after() {
        BigDecimal thousands = new BigDecimal("1200.00").stripTrailingZeros();
        PipelineBuilder builder = Pipeline.named("numbers");
        TaskRef<Amounts> first = builder.task("first", Amounts.class)
                .cache(Cache.version("1"))
                .run(ctx -> new Amounts(thousands, Set.of(thousands), Map.of(thousands, 1e300)));
        builder.task("second", BigDecimal.class)
                .cache(Cache.version("1"))
                .from(first)
                .run((ctx, amounts) -> {
                    executions.incrementAndGet();
                    return amounts.sum();
                });
        Pipeline pipeline = builder.build();
        try (Etl etl =
                Etl.builder().store(JdbcStateStore.open(postgres.databaseUrl())).build()) {
            etl.run(pipeline).orThrow();

            RunReport reused = etl.run(pipeline).orThrow();

            assertThat(reused.tasks()).extracting(TaskReport::isCached).containsOnly(true);
            assertThat(reused.output(first).sum()).isEqualTo(new BigDecimal("1200"));
            assertThat(executions).hasValue(1);
        }
    }

    @Test
    void a_database_that_cannot_be_asked_costs_the_cache_and_not_the_run() throws Exception {
        PipelineBuilder builder = Pipeline.named("no-cache");
        TaskRef<Integer> task =
                builder.task("task", Integer.class).cache(Cache.version("1")).run(ctx -> executions.incrementAndGet());
        Pipeline pipeline = builder.build();
        try (Etl etl = Etl.builder()
                .store(JdbcStateStore.builder(postgres.dataSource())
                        .schema("no_cache")
                        .open())
                .build()) {
            postgres.execute("alter table no_cache.task_cache rename to elsewhere");

            assertThat(etl.run(pipeline).orThrow().output(task)).isEqualTo(1);
            assertThat(etl.run(pipeline).orThrow().output(task)).isEqualTo(2);
            postgres.execute("alter table no_cache.elsewhere rename to task_cache");
            assertThat(etl.run(pipeline).orThrow().output(task)).isEqualTo(3);
            assertThat(etl.run(pipeline).orThrow().output(task)).isEqualTo(3);
        }
    }

    @Test
    void thousands_of_elements_are_cached_each() {
        int elements = 3_000;
        PipelineBuilder builder = Pipeline.named("elements");
        TaskRef<List<Integer>> mapped = builder.task("mapped", Integer.class)
                .cache(Cache.version("1"))
                .mapOver(IntStream.range(0, elements).boxed().toList())
                .run((ctx, element) -> executions.incrementAndGet());
        Pipeline pipeline = builder.build();
        try (Etl etl =
                Etl.builder().store(JdbcStateStore.open(postgres.databaseUrl())).build()) {
            RunReport first = etl.run(pipeline).orThrow();
            RunReport second = etl.run(pipeline).orThrow();

            assertThat(second.output(mapped)).isEqualTo(first.output(mapped)).hasSize(elements);
            assertThat(second.elements(mapped))
                    .allSatisfy(element -> assertThat(element.cachedFrom()).contains(first.id()));
            assertThat(executions).hasValue(elements);
        }
    }
}
