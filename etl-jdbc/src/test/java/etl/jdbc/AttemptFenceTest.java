package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.RunId;
import etl.core.TaskState;
import etl.core.spi.StaleWriteException;
import etl.testkit.PostgresExtension;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AttemptFenceTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static JdbcStateStore store;

    @BeforeAll
    static void openStore() {
        store = JdbcStateStore.open(postgres.dataSource());
    }

    @AfterAll
    static void closeStore() {
        store.close();
    }

    @Test
    void an_attempt_whose_start_is_not_stored_yet_passes() {
        RunId run = StoredRuns.create(store);

        assertThatCode(() -> check(run, 1)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @EnumSource(
            value = TaskState.class,
            names = {"PENDING", "RUNNING", "RETRYING"})
    void the_next_attempt_passes_before_its_start_is_stored(TaskState state) {
        RunId run = StoredRuns.create(store);
        StoredRuns.set(postgres, run, "load", 1, state);

        assertThatCode(() -> check(run, 2)).doesNotThrowAnyException();
    }

    @Test
    void the_running_attempt_passes() {
        RunId run = StoredRuns.create(store);
        StoredRuns.set(postgres, run, "load", 3, TaskState.RUNNING);

        assertThatCode(() -> check(run, 3)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @EnumSource(value = TaskState.class, mode = EnumSource.Mode.EXCLUDE, names = "RUNNING")
    void an_attempt_that_is_over_is_refused(TaskState state) {
        RunId run = StoredRuns.create(store);
        StoredRuns.set(postgres, run, "load", 2, state);

        assertThatThrownBy(() -> check(run, 2))
                .isInstanceOf(StaleWriteException.class)
                .hasMessage("task 'load', attempt 2, of run " + run + " cannot write its data: the task is " + state
                        + " in attempt 2");
    }

    @ParameterizedTest
    @EnumSource(TaskState.class)
    void an_attempt_that_another_one_has_replaced_is_refused(TaskState state) {
        RunId run = StoredRuns.create(store);
        StoredRuns.set(postgres, run, "load", 2, state);

        assertThatThrownBy(() -> check(run, 1)).isInstanceOf(StaleWriteException.class);
    }

    @Test
    void other_tasks_do_not_count() {
        RunId run = StoredRuns.create(store);
        StoredRuns.set(postgres, run, "other", 2, TaskState.SUCCEEDED);

        assertThatCode(() -> check(run, 1)).doesNotThrowAnyException();
    }

    @Test
    void the_task_cannot_go_on_between_the_check_and_the_commit() {
        RunId run = StoredRuns.create(store);
        StoredRuns.set(postgres, run, "load", 1, TaskState.RUNNING);

        store.database().transaction("holding", connection -> {
            new AttemptFence(store).hold(connection, new CountingAttempt(run, 1));
            assertThatThrownBy(() -> postgres.execute("set lock_timeout = '100ms';"
                            + " update etl.pipeline_tasks set attempt = 2 where run_id = '" + run + "'"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            refused -> assertThat(refused.getSQLState()).isEqualTo("55P03"));
            return true;
        });
    }

    private static void check(RunId run, int attempt) {
        store.database().transaction("checking", connection -> {
            new AttemptFence(store).hold(connection, new CountingAttempt(run, attempt));
            return true;
        });
    }
}
