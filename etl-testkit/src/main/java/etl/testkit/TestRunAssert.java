package etl.testkit;

import etl.core.RunReport;
import etl.core.TaskRef;
import etl.core.spi.RunListener.Event;
import etl.core.spi.RunListener.TaskEnded;
import etl.core.spi.RunListener.TaskRetrying;
import etl.core.spi.RunListener.TaskStarted;
import etl.core.spi.StoredTask;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Assertions on the run of a test: how it ended, and what happened until then. Not safe for use by many threads. */
public final class TestRunAssert extends AbstractRunAssert<TestRunAssert, TestRun> {
    TestRunAssert(TestRun run) {
        super(run, TestRunAssert.class);
    }

    @Override
    RunReport report() {
        isNotNull();
        if (actual.hasCrashed()) {
            throw failure("the run should have ended but has crashed, as planned");
        }
        if (!actual.isOver()) {
            throw failure("the run should have ended but goes on; call finish()");
        }
        return actual.report();
    }

    @Override
    String describe() {
        return actual.table().toString();
    }

    @Override
    @Nullable
    Throwable cause() {
        return actual.hasReport() ? cause(actual.report()) : null;
    }

    /**
     * Asserts that the process has crashed in the run, as {@link PipelineTest#crashingAfter} asks for.
     *
     * @return these assertions
     */
    public TestRunAssert hasCrashed() {
        isNotNull();
        if (!actual.hasCrashed()) {
            throw failure("the run should have crashed but has not");
        }
        return this;
    }

    /**
     * Asserts which tasks this execution has attempted, in any order.
     *
     * @param tasks all of them
     * @return these assertions
     */
    public TestRunAssert attemptedOnly(TaskRef<?>... tasks) {
        isNotNull();
        List<String> expected = Arrays.stream(tasks).map(TaskRef::id).sorted().toList();
        List<String> attempted = actual.events(TaskStarted.class).stream()
                .map(TaskStarted::taskId)
                .distinct()
                .sorted()
                .toList();
        if (!attempted.equals(expected)) {
            throw failure("the run should have attempted only " + expected + " but has attempted " + attempted);
        }
        return this;
    }

    /**
     * Asserts that a task had ended when another one was first attempted, in this execution.
     *
     * @param earlier a task of the pipeline
     * @param later a task of the pipeline
     * @return these assertions
     */
    public TestRunAssert ranBefore(TaskRef<?> earlier, TaskRef<?> later) {
        isNotNull();
        int end = first(event -> event instanceof TaskEnded ended
                && ended.taskId().equals(earlier.id())
                && ended.mapIndex() == StoredTask.NOT_MAPPED);
        int start = first(event ->
                event instanceof TaskStarted started && started.taskId().equals(later.id()));
        if (end < 0 || start < 0 || start < end) {
            String why = end < 0
                    ? "'" + earlier.id() + "' has not ended"
                    : start < 0 ? "'" + later.id() + "' was not attempted" : "'" + later.id() + "' began first";
            throw failure(
                    "task '" + earlier.id() + "' should have ended before '" + later.id() + "' began, but " + why);
        }
        return this;
    }

    private int first(Predicate<Event> matching) {
        List<Event> events = actual.events();
        for (int index = 0; index < events.size(); index++) {
            if (matching.test(events.get(index))) {
                return index;
            }
        }
        return -1;
    }

    /**
     * Asserts how long a task waited before each further attempt, in this execution. Of a mapped task, the waits of all
     * elements count.
     *
     * @param task a task of the pipeline
     * @param delays all waits in their order; none if it was not retried
     * @return these assertions
     */
    public TestRunAssert retriedAfter(TaskRef<?> task, Duration... delays) {
        isNotNull();
        List<Duration> expected = List.of(delays);
        List<Duration> waits = actual.events(TaskRetrying.class).stream()
                .filter(event -> event.taskId().equals(task.id()))
                .map(TaskRetrying::delay)
                .toList();
        if (!waits.equals(expected)) {
            throw failure(
                    "task '" + task.id() + "' should have been retried after " + expected + " but was after " + waits);
        }
        return this;
    }
}
