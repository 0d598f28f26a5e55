package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskReport;
import etl.core.TaskState;
import etl.core.spi.StoredTask;
import etl.testkit.PostgresExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** More tasks than the store's writer takes at once. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LargeRunTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void ten_thousand_tasks_side_by_side_finish() {
        int tasks = 10_000;
        PipelineBuilder builder = Pipeline.named("wide");
        List<TaskRef<Integer>> parts = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            int number = i;
            parts.add(builder.task("t" + i, Integer.class).run(context -> number));
        }
        TaskRef<Integer> sum = builder.task("sum", Integer.class)
                .fromAll(parts)
                .run((context, numbers) ->
                        numbers.stream().mapToInt(Integer::intValue).sum());

        try (Etl etl = etl()) {
            RunReport report = etl.run(builder.build()).orThrow();

            assertThat(report.output(sum)).isEqualTo(49_995_000);
            assertThat(etl.store().tasks(report.id()))
                    .hasSize(tasks + 1)
                    .extracting(StoredTask::state)
                    .containsOnly(TaskState.SUCCEEDED);
        }
    }

    @Test
    void a_chain_of_a_thousand_tasks_finishes() {
        PipelineBuilder builder = Pipeline.named("chain");
        TaskRef<Integer> last = builder.task("t0", Integer.class).run(context -> 0);
        for (int i = 1; i < 1_000; i++) {
            last = builder.task("t" + i, Integer.class).from(last).run((context, count) -> count + 1);
        }

        try (Etl etl = etl()) {
            RunReport report = etl.run(builder.build()).orThrow();

            assertThat(report.output(last)).isEqualTo(999);
            assertThat(etl.store().tasks(report.id())).hasSize(1_000);
        }
    }

    @Test
    void a_failure_above_twenty_thousand_tasks_reaches_them_all() {
        int tasks = 20_000;
        PipelineBuilder builder = Pipeline.named("fan");
        TaskRef<Integer> root = builder.task("root", Integer.class).run(context -> {
            throw new IllegalStateException("no root");
        });
        for (int i = 0; i < tasks; i++) {
            builder.task("t" + i, Integer.class).from(root).run((context, number) -> number);
        }

        try (Etl etl = etl()) {
            RunReport report = etl.run(builder.build());

            assertThat(report.state()).isEqualTo(RunState.FAILED);
            assertThat(report.tasks())
                    .filteredOn(task -> task.state() == TaskState.UPSTREAM_FAILED)
                    .extracting(TaskReport::id)
                    .hasSize(tasks)
                    .doesNotContain("root");
            assertThat(etl.store().tasks(report.id()))
                    .filteredOn(task -> task.state() == TaskState.UPSTREAM_FAILED)
                    .hasSize(tasks);
        }
    }

    private static Etl etl() {
        return Etl.builder().store(JdbcStateStore.open(postgres.databaseUrl())).build();
    }
}
