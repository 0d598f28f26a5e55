package etl.core;

import etl.core.spi.AttemptRecord;
import etl.core.spi.RowCounts;
import etl.core.spi.TaskChange;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The record of an attempt whose code asks for it, which few do. */
final class OwnRecord implements AttemptRecord {
    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);

    private final TaskAttempt attempt;
    private final Type outputType;
    private final AtomicReference<@Nullable TaskChange> success = new AtomicReference<>();

    OwnRecord(TaskAttempt attempt, Type outputType) {
        this.attempt = attempt;
        this.outputType = outputType;
    }

    @Override
    public TaskChange started() {
        return attempt.taskRun().of(TaskChange.started(attempt.taskId(), attempt.attempt(), attempt.startedAt()));
    }

    @Override
    public TaskChange succeeded(@Nullable Object output) {
        Instant now = attempt.now();
        RowCounts rows = attempt.rows();
        Object stored = outputType == Void.class ? null : output;
        return attempt.taskRun()
                .of(TaskChange.succeeded(attempt.taskId(), attempt.attempt(), now, rows, stored, outputType));
    }

    @Override
    public void recorded(TaskChange durable) {
        if (!success.compareAndSet(null, durable)) {
            throw new IllegalStateException("the success of task '" + attempt.taskId() + "' has been recorded already");
        }
    }

    @Override
    public boolean isRecorded() {
        return success.get() != null;
    }

    /** What was recorded, if anything was. */
    @Nullable
    TaskChange success() {
        return success.get();
    }

    /** What the code has done since then is ignored, but not in silence. */
    void warnOfOtherEnd(TaskChange durable, @Nullable Object output, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.warn(
                    "run {}: task '{}' failed in attempt {} after its result had been committed; the result counts, and"
                            + " the task is SUCCEEDED",
                    attempt.runId(),
                    attempt.taskId(),
                    attempt.attempt(),
                    MaskedFailure.of(failure));
        } else if (!isEqual(durable.output(), output)) {
            LOG.warn(
                    "run {}: task '{}' returned something else in attempt {} than the result that had been committed; what"
                            + " was committed counts",
                    attempt.runId(),
                    attempt.taskId(),
                    attempt.attempt());
        }
    }

    private static boolean isEqual(@Nullable Object one, @Nullable Object other) {
        try {
            return Objects.deepEquals(one, other);
        } catch (RuntimeException | StackOverflowError incomparable) {
            return false;
        }
    }
}
