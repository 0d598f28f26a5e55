package etl.testkit;

import etl.core.TaskRef;
import etl.core.TaskReport;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import java.time.Duration;
import java.util.Optional;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.ObjectAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions on one task of a run, or on one element of a mapped task. Not safe for use by many threads.
 *
 * @param <S> the assertions on the run
 */
public final class TaskReportAssert<S extends AbstractRunAssert<S, ?>>
        extends AbstractAssert<TaskReportAssert<S>, TaskReport> {
    private final S run;

    TaskReportAssert(S run, TaskReport task) {
        super(task, TaskReportAssert.class);
        this.run = run;
    }

    /**
     * Asserts the task's state.
     *
     * @param expected the state
     * @return these assertions
     */
    public TaskReportAssert<S> hasState(TaskState expected) {
        if (actual.state() != expected) {
            throw failure("should be " + expected + " but is " + actual.state());
        }
        return this;
    }

    /**
     * Asserts that the task SUCCEEDED.
     *
     * @return these assertions
     */
    public TaskReportAssert<S> hasSucceeded() {
        return hasState(TaskState.SUCCEEDED);
    }

    /**
     * Asserts that the task FAILED.
     *
     * @return these assertions
     */
    public TaskReportAssert<S> hasFailed() {
        return hasState(TaskState.FAILED);
    }

    /**
     * Asserts that the last attempt of the task FAILED with such an exception.
     *
     * @param type the exception's class itself
     * @return these assertions
     */
    public TaskReportAssert<S> hasFailedWith(Class<? extends Throwable> type) {
        hasFailed();
        String found = error().map(ErrorInfo::type).orElse("no error");
        if (!found.equals(type.getName())) {
            throw failure("should have failed with " + type.getName() + " but did with " + found);
        }
        return this;
    }

    /**
     * Asserts that the task was SKIPPED, by itself or by its trigger rule.
     *
     * @return these assertions
     */
    public TaskReportAssert<S> wasSkipped() {
        return hasState(TaskState.SKIPPED);
    }

    /**
     * Asserts that the task has skipped itself.
     *
     * @param reason why
     * @return these assertions
     */
    public TaskReportAssert<S> wasSkipped(String reason) {
        wasSkipped();
        String found = error().map(ErrorInfo::message).orElse("");
        if (!found.equals(reason)) {
            throw failure("should have been skipped because of '" + reason + "' but was "
                    + (found.isEmpty() ? "by its trigger rule" : "because of '" + found + "'"));
        }
        return this;
    }

    private Optional<ErrorInfo> error() {
        return actual.error();
    }

    /**
     * Asserts how often the task was attempted, over all executions of the run.
     *
     * @param expected the number of attempts, 0 for none
     * @return these assertions
     */
    public TaskReportAssert<S> hasAttempts(int expected) {
        if (actual.attempts() != expected) {
            throw failure("should have had " + expected + " attempts but has had " + actual.attempts());
        }
        return this;
    }

    /**
     * Asserts the rows that the last attempt counted.
     *
     * @param read the rows read
     * @param written the rows written
     * @param rejected the rows rejected
     * @return these assertions
     */
    public TaskReportAssert<S> hasRows(long read, long written, long rejected) {
        RowCounts expected = new RowCounts(read, written, rejected);
        if (!actual.rows().equals(expected)) {
            throw failure("should have counted " + expected + " but has counted " + actual.rows());
        }
        return this;
    }

    /**
     * Asserts how long the last attempt took, by the clock of the orchestrator.
     *
     * @param expected the time
     * @return these assertions
     */
    public TaskReportAssert<S> took(Duration expected) {
        if (!actual.duration().equals(expected)) {
            throw failure("should have taken " + expected + " but took " + actual.duration());
        }
        return this;
    }

    /**
     * Goes on to another task of the run.
     *
     * @param task a task of the pipeline
     * @return the assertions on it
     * @throws IllegalArgumentException if the task belongs to another pipeline
     */
    public TaskReportAssert<S> task(TaskRef<?> task) {
        return run.task(task);
    }

    /**
     * Goes on to the output of a task of the run.
     *
     * @param task a task of the pipeline
     * @param <T> the type of its output
     * @return AssertJ's assertions on it
     * @throws IllegalArgumentException if the task belongs to another pipeline
     */
    public <T extends @Nullable Object> ObjectAssert<T> output(TaskRef<T> task) {
        return run.output(task);
    }

    /**
     * Goes back to the run.
     *
     * @return the assertions on the run
     */
    public S run() {
        return run;
    }

    private AssertionError failure(String what) {
        return run.failure("task '" + RunTable.name(actual.id(), actual.mapIndex()) + "' " + what);
    }
}
