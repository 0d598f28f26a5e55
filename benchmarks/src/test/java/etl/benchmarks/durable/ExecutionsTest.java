package etl.benchmarks.durable;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ExecutionsTest {
    private final Executions executions = new Executions(new Workload("two", 2, 2, true));

    @Test
    void each_task_once_and_in_its_order_is_accepted() {
        execute(2, 0, 1, 3);

        assertThatCode(executions::check).doesNotThrowAnyException();
    }

    @Test
    void a_task_that_was_not_executed_is_found() {
        execute(0, 1, 2);

        assertThatThrownBy(executions::check).hasMessage("task 3 was executed 0 times");
    }

    @Test
    void a_task_that_was_executed_twice_is_found() {
        execute(0, 1, 2, 3, 3);

        assertThatThrownBy(executions::check).hasMessage("task 3 was executed 2 times");
    }

    @Test
    void a_task_that_did_not_wait_is_found() {
        execute(1, 0, 2, 3);

        assertThatThrownBy(executions::check).hasMessage("task 1 was executed before the one that it waits for");
    }

    private void execute(int... tasks) {
        for (int task : tasks) {
            executions.execute(task);
        }
    }
}
