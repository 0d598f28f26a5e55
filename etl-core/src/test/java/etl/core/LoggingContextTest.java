package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

/** What log lines carry that are written while a task is executed. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoggingContextTest {
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Etl etl = Etl.builder().executor(thread).build();
    private final PipelineBuilder pipeline = Pipeline.named("orders");
    private final List<Map<String, String>> seen = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        etl.close();
        thread.shutdownNow();
    }

    @Test
    void it_names_pipeline_run_task_and_attempt() {
        TaskRef<?> first = pipeline.task("first").retry(RetryPolicy.attempts(2)).run(ctx -> {
            seen.add(MDC.getCopyOfContextMap());
            if (ctx.attempt() == 1) {
                throw new IllegalStateException("once");
            }
        });
        pipeline.task("second").after(first).run(ctx -> seen.add(MDC.getCopyOfContextMap()));

        RunReport run = etl.run(pipeline.build()).orThrow();

        String id = run.id().toString();
        assertThat(seen)
                .containsExactly(
                        Map.of("pipeline", "orders", "run", id, "task", "first", "attempt", "1"),
                        Map.of("pipeline", "orders", "run", id, "task", "first", "attempt", "2"),
                        Map.of("pipeline", "orders", "run", id, "task", "second", "attempt", "1"));
    }

    @Test
    void a_thread_of_the_host_has_its_own_again_afterwards() throws Exception {
        thread.submit(() -> MDC.put("request", "17")).get();
        pipeline.task("first").run(ctx -> seen.add(MDC.getCopyOfContextMap()));

        etl.run(pipeline.build()).orThrow();

        assertThat(seen.get(0)).containsEntry("request", "17").containsEntry("task", "first");
        assertThat(thread.submit(MDC::getCopyOfContextMap).get()).containsExactly(Map.entry("request", "17"));
    }
}
