package etl.jdbc;

import etl.core.DataInterval;
import etl.core.Parameter;
import etl.core.RunId;
import etl.core.TaskContext;
import etl.core.TaskRef;
import etl.core.TaskState;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** An attempt of the task {@code load} that nobody cancels, with what it was told. */
final class CountingAttempt implements TaskContext {
    private final RunId run;
    private final int attempt;
    final AtomicLong read = new AtomicLong();
    final AtomicLong written = new AtomicLong();
    final AtomicLong rejected = new AtomicLong();

    CountingAttempt(RunId run, int attempt) {
        this.run = run;
        this.attempt = attempt;
    }

    @Override
    public RunId runId() {
        return run;
    }

    @Override
    public String pipeline() {
        return "orders";
    }

    @Override
    public Optional<DataInterval> dataInterval() {
        return Optional.empty();
    }

    @Override
    public String taskId() {
        return "load";
    }

    @Override
    public int attempt() {
        return attempt;
    }

    @Override
    public <T extends @Nullable Object> T get(Parameter<T> parameter) {
        throw new IllegalArgumentException("there are no parameters");
    }

    @Override
    public OptionalInt mapIndex() {
        return OptionalInt.empty();
    }

    @Override
    public TaskState state(TaskRef<?> upstream) {
        throw new IllegalArgumentException("this attempt has no upstream task");
    }

    @Override
    public <T> Optional<T> output(TaskRef<T> upstream) {
        throw new IllegalArgumentException("this attempt has no upstream task");
    }

    @Override
    public void progress(long done, long total) {}

    @Override
    public void rowsRead(long rows) {
        read.addAndGet(rows);
    }

    @Override
    public void rowsWritten(long rows) {
        written.addAndGet(rows);
    }

    @Override
    public void rowsRejected(long rows) {
        rejected.addAndGet(rows);
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public void checkCancelled() {}
}
