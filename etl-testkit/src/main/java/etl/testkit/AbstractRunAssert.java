package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.RunFailedException;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskReport;
import etl.core.spi.ErrorInfo;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.ObjectAssert;
import org.jspecify.annotations.Nullable;

/**
 * What can be asserted of a run that has ended. Not safe for use by many threads.
 *
 * @param <S> the assertions themselves
 * @param <A> what they are on
 */
public abstract class AbstractRunAssert<S extends AbstractRunAssert<S, A>, A> extends AbstractAssert<S, A> {
    AbstractRunAssert(A actual, Class<?> selfType) {
        super(actual, selfType);
    }

    /** The report of the run; fails if there is none. */
    abstract RunReport report();

    /**
     * Asserts that the run SUCCEEDED.
     *
     * @return these assertions
     */
    public S hasSucceeded() {
        return hasState(RunState.SUCCEEDED);
    }

    /**
     * Asserts that the run FAILED.
     *
     * @return these assertions
     */
    public S hasFailed() {
        return hasState(RunState.FAILED);
    }

    /**
     * Asserts that the run was CANCELLED.
     *
     * @return these assertions
     */
    public S wasCancelled() {
        return hasState(RunState.CANCELLED);
    }

    private S hasState(RunState expected) {
        if (report().state() != expected) {
            throw failure("the run should be " + expected + " but is " + report().state());
        }
        return myself;
    }

    /**
     * Asserts that the run FAILED because a task has thrown such an exception first.
     *
     * @param type the exception's class itself
     * @return these assertions
     */
    public S hasFailedWith(Class<? extends Throwable> type) {
        hasFailed();
        String found = report().error().map(ErrorInfo::type).orElse("no error");
        if (!found.equals(type.getName())) {
            throw failure("the run should have failed with " + type.getName() + " but did with " + found);
        }
        return myself;
    }

    /**
     * Asserts how long the run took, by the clock of the orchestrator.
     *
     * @param expected the time
     * @return these assertions
     */
    public S took(Duration expected) {
        if (!report().duration().equals(expected)) {
            throw failure("the run should have taken " + expected + " but took " + report().duration());
        }
        return myself;
    }

    /**
     * Goes on to one task.
     *
     * @param task a task of the pipeline
     * @return the assertions on it
     * @throws IllegalArgumentException if the task belongs to another pipeline
     */
    public TaskReportAssert<S> task(TaskRef<?> task) {
        return new TaskReportAssert<>(myself, report().task(task));
    }

    /**
     * Goes on to one element of a mapped task.
     *
     * @param task a mapped task of the pipeline
     * @param index the element, from 0
     * @return the assertions on it
     * @throws IllegalArgumentException if the task belongs to another pipeline
     */
    public TaskReportAssert<S> element(TaskRef<?> task, int index) {
        List<TaskReport> elements = report().elements(task);
        if (index < 0 || index >= elements.size()) {
            throw failure("task '" + task.id() + "' should have an element " + index + " but has " + elements.size()
                    + " elements");
        }
        return new TaskReportAssert<>(myself, elements.get(index));
    }

    /**
     * Goes on to the output of a task.
     *
     * @param task a task of the pipeline
     * @param <T> the type of its output
     * @return AssertJ's assertions on it
     * @throws IllegalArgumentException if the task belongs to another pipeline
     */
    public <T extends @Nullable Object> ObjectAssert<T> output(TaskRef<T> task) {
        try {
            return assertThat(report().output(task)).as("the output of task '%s'", task.id());
        } catch (RunFailedException none) {
            throw failure("task '" + task.id() + "' should have an output but is "
                    + report().task(task).state());
        }
    }

    /** What is wrong, with all that is known of the run. */
    AssertionError failure(String what) {
        String description = info.hasDescription() ? "[" + info.descriptionText() + "] " : "";
        return new AssertionError(description + what + ".\n\n" + describe(), cause());
    }

    /** What is known of the run, for people. */
    abstract String describe();

    /** The exception of the task that failed first, if that is known. */
    abstract @Nullable Throwable cause();

    static @Nullable Throwable cause(RunReport report) {
        try {
            report.orThrow();
            return null;
        } catch (RunFailedException failed) {
            return failed.getCause();
        }
    }
}
