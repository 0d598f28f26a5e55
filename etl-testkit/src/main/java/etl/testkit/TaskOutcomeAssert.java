package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.TaskOutcome;
import etl.core.TaskState;
import etl.core.spi.RowCounts;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.ObjectAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions on a task that was executed alone. Not safe for use by many threads.
 *
 * @param <R> the type of its output
 */
public final class TaskOutcomeAssert<R extends @Nullable Object>
        extends AbstractAssert<TaskOutcomeAssert<R>, TaskOutcome<R>> {
    TaskOutcomeAssert(TaskOutcome<R> outcome) {
        super(outcome, TaskOutcomeAssert.class);
    }

    /**
     * Asserts that the code has returned.
     *
     * @return these assertions
     */
    public TaskOutcomeAssert<R> hasSucceeded() {
        return hasState(TaskState.SUCCEEDED);
    }

    /**
     * Asserts that the code has thrown such an exception, and not to skip the task.
     *
     * @param type the exception's class or a superclass
     * @return these assertions
     */
    public TaskOutcomeAssert<R> hasFailedWith(Class<? extends Throwable> type) {
        hasState(TaskState.FAILED);
        if (!type.isInstance(actual.failure().orElseThrow())) {
            throw failure("should have failed with " + type.getName());
        }
        return this;
    }

    /**
     * Asserts that the task has skipped itself.
     *
     * @param reason why
     * @return these assertions
     */
    public TaskOutcomeAssert<R> wasSkipped(String reason) {
        hasState(TaskState.SKIPPED);
        if (!actual.skipReason().orElseThrow().equals(reason)) {
            throw failure("should have been skipped because of '" + reason + "'");
        }
        return this;
    }

    private TaskOutcomeAssert<R> hasState(TaskState expected) {
        isNotNull();
        if (actual.state() != expected) {
            throw failure("should be " + expected);
        }
        return this;
    }

    /**
     * Asserts the rows that the code has counted.
     *
     * @param read the rows read
     * @param written the rows written
     * @param rejected the rows rejected
     * @return these assertions
     */
    public TaskOutcomeAssert<R> hasRows(long read, long written, long rejected) {
        isNotNull();
        RowCounts expected = new RowCounts(read, written, rejected);
        if (!actual.rows().equals(expected)) {
            throw failure("should have counted " + expected + " but has counted " + actual.rows());
        }
        return this;
    }

    /**
     * Goes on to the output; fails if the code has not returned.
     *
     * @return AssertJ's assertions on it
     */
    public ObjectAssert<R> output() {
        hasSucceeded();
        return assertThat(actual.output()).as("the output of task '%s'", actual.taskId());
    }

    private AssertionError failure(String what) {
        return new AssertionError(
                "task '" + actual.taskId() + "' " + what + ": " + actual,
                actual.failure().orElse(null));
    }
}
