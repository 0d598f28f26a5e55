package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import etl.core.spi.StoredTask;
import etl.testkit.PostgresExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A table of task runs that the host has partitioned, as docs/retention.md says. */
class PartitionedTasksTest {
    private static final int RUNS = 6;
    private static final int TASKS = 6_000;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void runs_are_executed_and_purged_in_partitions() throws Exception {
        JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl());
        postgres.execute("alter table etl.pipeline_tasks rename to unpartitioned;"
                + "create table etl.pipeline_tasks (like etl.unpartitioned including defaults including constraints,"
                + " primary key (run_id, task_id, map_index)) partition by hash (run_id);"
                + "drop table etl.unpartitioned;");
        for (int part = 0; part < 3; part++) {
            postgres.execute("create table etl.pipeline_tasks_" + part + " partition of etl.pipeline_tasks"
                    + " for values with (modulus 3, remainder " + part + ")");
        }
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> load = builder.task("load", Integer.class).run(context -> 1);
        builder.task("clean").after(load).run(context -> {});
        try (Etl etl = Etl.builder().store(store).build()) {
            RunId run = etl.run(builder.build()).orThrow().id();
            largeRunsOfLongAgo();

            assertThat(store.purge(Retention.of(Duration.ofDays(1)).ofPipeline("large")))
                    .isEqualTo(new Purged(3, 18_000));

            assertThat(store.find(run).orElseThrow().state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(store.tasks(run))
                    .hasSize(2)
                    .extracting(StoredTask::state)
                    .containsOnly(TaskState.SUCCEEDED);
            assertThat(Query.longs(postgres.dataSource(), "select count(*) from etl.pipeline_tasks"))
                    .containsExactly(3L * TASKS + 2);
        }
    }

    /** Three that are to be purged and three that are not, side by side in the partitions. */
    private static void largeRunsOfLongAgo() throws Exception {
        postgres.execute(
                "insert into etl.pipeline_runs (run_id, pipeline, fingerprint, arguments, engine, engine_run_id,"
                        + " state, tasks, created_at, ended_at) select md5('run ' || i)::uuid,"
                        + " case when i <= 3 then 'large' else 'kept' end, 'f00d', '{}', 'local', '', 'SUCCEEDED', 1,"
                        + " now() - interval '3 days', now() - interval '2 days' from generate_series(1, " + RUNS
                        + ") i;"
                        + "insert into etl.pipeline_tasks (run_id, task_id, state, attempt)"
                        + " select md5('run ' || i)::uuid, 'task ' || t, 'SUCCEEDED', 1 from generate_series(1, "
                        + TASKS
                        + ") t, generate_series(1, " + RUNS + ") i");
    }
}
