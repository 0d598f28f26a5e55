package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunReport;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.spi.StoredTask;
import etl.testkit.PostgresExtension;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DatabaseOutageTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void a_run_goes_on_when_its_connections_are_killed() throws Exception {
        AtomicInteger killed = new AtomicInteger();
        PipelineBuilder builder = Pipeline.named("killed");
        TaskRef<Integer> last = builder.task("t0", Integer.class).run(context -> 0);
        for (int i = 1; i < 40; i++) {
            boolean kills = i % 10 == 5;
            last = builder.task("t" + i, Integer.class).from(last).run((context, count) -> {
                if (kills) {
                    killed.addAndGet(killConnections());
                }
                return count + 1;
            });
        }

        try (Etl etl =
                Etl.builder().store(JdbcStateStore.open(postgres.databaseUrl())).build()) {
            RunReport report = etl.run(builder.build()).orThrow();

            assertThat(report.output(last)).isEqualTo(39);
            assertThat(killed.get()).as("connections killed").isPositive();
            // The pool for reading may still have killed connections.
            try (JdbcStateStore fresh = JdbcStateStore.open(postgres.dataSource())) {
                assertThat(fresh.tasks(report.id()))
                        .hasSize(40)
                        .allSatisfy(task -> assertThat(task).returns(1, StoredTask::attempt))
                        .extracting(StoredTask::state)
                        .containsOnly(TaskState.SUCCEEDED);
            }
        }
    }

    @Test
    void a_run_ends_well_when_its_connections_are_killed_by_its_last_task() {
        PipelineBuilder builder = Pipeline.named("killed-late");
        TaskRef<Integer> only = builder.task("only", Integer.class).run(context -> killConnections());

        try (Etl etl =
                Etl.builder().store(JdbcStateStore.open(postgres.databaseUrl())).build()) {
            RunReport report = etl.run(builder.build()).orThrow();

            assertThat(report.output(only)).isPositive();
        }
    }

    @Test
    void a_commit_whose_answer_is_lost_is_sent_again_without_harm() throws Exception {
        LostAnswers answers = new LostAnswers(3);
        PipelineBuilder builder = Pipeline.named("cut");
        TaskRef<Integer> last = builder.task("t0", Integer.class).run(context -> 0);
        for (int i = 1; i < 20; i++) {
            last = builder.task("t" + i, Integer.class).from(last).run((context, count) -> count + 1);
        }

        try (Etl etl = Etl.builder()
                .store(JdbcStateStore.open(answers.of(postgres.dataSource())))
                .build()) {
            RunReport report = etl.run(builder.build()).orThrow();

            assertThat(report.output(last)).isEqualTo(19);
            assertThat(answers.lost()).isGreaterThan(3);
            assertThat(etl.store().tasks(report.id()))
                    .hasSize(20)
                    .allSatisfy(task -> assertThat(task.attempts()).hasSize(1))
                    .extracting(StoredTask::state)
                    .containsOnly(TaskState.SUCCEEDED);
        }
    }

    private static int killConnections() throws SQLException {
        return Query.longs(
                        postgres.dataSource(),
                        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                                + " where datname = current_database() and application_name = 'etl'")
                .get(0)
                .intValue();
    }
}
