package etl.testkit;

import etl.core.RunReport;
import etl.core.TaskOutcome;
import org.jspecify.annotations.Nullable;

/**
 * Assertions on runs and tasks in the words of the library, for AssertJ. Import the methods statically beside AssertJ's own.
 * A failed assertion shows all tasks of the run with their states and errors.
 */
public final class EtlAssertions {
    private EtlAssertions() {}

    /**
     * Begins assertions on the run of a test.
     *
     * @param run a run that has ended
     * @return the assertions
     */
    public static TestRunAssert assertThat(TestRun run) {
        return new TestRunAssert(run);
    }

    /**
     * Begins assertions on any run.
     *
     * @param report how the run has ended
     * @return the assertions
     */
    public static RunReportAssert assertThat(RunReport report) {
        return new RunReportAssert(report);
    }

    /**
     * Begins assertions on a task that was executed alone.
     *
     * @param outcome how its code has ended
     * @param <R> the type of its output
     * @return the assertions
     */
    public static <R extends @Nullable Object> TaskOutcomeAssert<R> assertThat(TaskOutcome<R> outcome) {
        return new TaskOutcomeAssert<>(outcome);
    }
}
