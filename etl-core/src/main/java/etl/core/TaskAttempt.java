package etl.core;

import etl.core.spi.AttemptRecord;
import etl.core.spi.RowCounts;
import etl.core.spi.RunListener;
import etl.core.spi.TaskChange;
import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One execution of a task's code on the thread that makes this object, with its timeout and its interruption.
 *
 * <p>Whoever moves {@link #phase} decides what becomes of the attempt. The thread of the task moves it from null, while
 * the code is executed undisturbed, or from INTERRUPTED to ENDED; an alarm moves INTERRUPTED to ABANDONED when the grace
 * period is over. So either {@link #ended} is called or {@link #abandoned}, never both. INTERRUPTING holds the thread of the task back until
 * {@link Thread#interrupt()} has returned, so that an interrupt never hits the task that the thread executes next.
 */
abstract class TaskAttempt implements TaskContext, MemoryRows.Begun {
    private static final Logger LOG = LoggerFactory.getLogger(TaskAttempt.class);

    /** Why an attempt is interrupted. */
    enum Interruption {
        TIMEOUT,
        CANCEL,
        STOP
    }

    /** Where an attempt stands that is not just being executed. */
    private enum Phase {
        INTERRUPTING,
        INTERRUPTED,
        ENDED,
        ABANDONED
    }

    /** Why an attempt was interrupted, and the alarm that would abandon it. */
    private static final class Interrupted {
        private final Interruption reason;
        private volatile Time.Alarm graceOver = Time.Alarm.NONE;

        Interrupted(Interruption reason) {
            this.reason = reason;
        }
    }

    // One object for each attempt, so the fields are few, and what most attempts do not need is made when it is needed.
    private static final AtomicReferenceFieldUpdater<TaskAttempt, @Nullable Phase> PHASE =
            AtomicReferenceFieldUpdater.newUpdater(TaskAttempt.class, Phase.class, "phase");
    private static final AtomicReferenceFieldUpdater<TaskAttempt, @Nullable CountedRows> ROWS =
            AtomicReferenceFieldUpdater.newUpdater(TaskAttempt.class, CountedRows.class, "rows");
    private static final AtomicReferenceFieldUpdater<TaskAttempt, @Nullable OwnRecord> RECORD =
            AtomicReferenceFieldUpdater.newUpdater(TaskAttempt.class, OwnRecord.class, "record");

    private final TaskRun taskRun;
    private final int attempt;
    private final Instant startedAt;
    private final Thread thread = Thread.currentThread();
    private TaskBody.@Nullable Inputs inputs;
    private volatile @Nullable Phase phase;
    private volatile @Nullable CountedRows rows;
    private volatile @Nullable Interrupted interrupted;
    private volatile @Nullable OwnRecord record;

    TaskAttempt(TaskRun taskRun, int attempt, Instant startedAt) {
        this.taskRun = taskRun;
        this.attempt = attempt;
        this.startedAt = startedAt;
    }

    /** What the run is a run of. */
    abstract RunScope scope();

    /** The code has returned or thrown. */
    abstract void ended(@Nullable Object output, @Nullable Throwable failure);

    /** The code goes on though it was interrupted, and nobody waits for it any more. */
    abstract void abandoned(TaskAbandonedException failure);

    /**
     * Executes the task's code and tells how it ended.
     *
     * @return false if the attempt was abandoned meanwhile: the thread has been given up and must do nothing more
     */
    boolean execute(TaskBody body, TaskBody.Inputs taken) {
        inputs = taken;
        Duration limit = timeout();
        Time.Alarm timeout = limit == null
                ? Time.Alarm.NONE
                : scope().settings().time().after(limit, () -> interrupt(Interruption.TIMEOUT));
        Object output = null;
        Throwable failure = null;
        forgetStrayInterrupt();
        name(taskId());
        try {
            output = body.execute(this, taken);
        } catch (Throwable thrown) {
            failure = thrown;
        } finally {
            timeout.cancel();
        }
        if (!end()) {
            Thread.interrupted(); // It was for this attempt, and the thread may belong to the host.
            LOG.warn("the abandoned attempt {} of task '{}' of run {} has ended after all", attempt, taskId(), runId());
            return false;
        }
        OwnRecord own = record;
        TaskChange durable = own == null ? null : own.success();
        if (own == null || durable == null) {
            ended(output, failureOf(failure));
        } else {
            own.warnOfOtherEnd(durable, output, failure);
            ended(durable.output(), null);
        }
        return true;
    }

    /**
     * Ends the attempt in place of executing its code, which nobody wants any more.
     *
     * @return false if the attempt was abandoned meanwhile, as {@link #execute} does
     */
    boolean endUnexecuted() {
        return end();
    }

    /** Tells the log what is executed; most attempts are the first one, as the one before on this thread was. */
    private void name(String taskId) {
        MDC.put("task", taskId);
        String number = attempt == 1 ? "1" : Integer.toString(attempt);
        if (!number.equals(MDC.get("attempt"))) {
            MDC.put("attempt", number);
        }
    }

    /** A listener may have left one; one of our own is set again, because it moves the phase first. */
    private void forgetStrayInterrupt() {
        if (Thread.interrupted() && phase != null) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable Throwable failureOf(@Nullable Throwable thrown) {
        if (interruption() != Interruption.TIMEOUT) {
            return thrown;
        }
        Duration limit = Objects.requireNonNullElse(timeout(), Duration.ZERO);
        TaskTimeoutException timedOut = new TaskTimeoutException(taskId(), attempt, limit);
        if (thrown != null) {
            timedOut.addSuppressed(thrown);
        }
        return timedOut;
    }

    private boolean end() {
        while (true) {
            Phase now = phase;
            if (now == Phase.ABANDONED) {
                return false;
            }
            if (now == Phase.INTERRUPTING) {
                Thread.onSpinWait();
            } else if (PHASE.compareAndSet(this, now, Phase.ENDED)) {
                dropAlarm();
                Thread.interrupted();
                return true;
            }
        }
    }

    void interrupt(Interruption reason) {
        if (!PHASE.compareAndSet(this, null, Phase.INTERRUPTING)) {
            return;
        }
        Interrupted why = new Interrupted(reason);
        interrupted = why;
        thread.interrupt();
        phase = Phase.INTERRUPTED;
        Time.Alarm alarm = scope().settings().time().after(scope().settings().grace(), this::abandon);
        why.graceOver = alarm;
        if (phase == Phase.ENDED) {
            alarm.cancel();
        }
    }

    private void dropAlarm() {
        Interrupted why = interrupted;
        if (why != null) {
            why.graceOver.cancel();
        }
    }

    private void abandon() {
        if (!PHASE.compareAndSet(this, Phase.INTERRUPTED, Phase.ABANDONED)) {
            return;
        }
        TaskAbandonedException failure =
                new TaskAbandonedException(taskId(), attempt, scope().settings().grace(), failureOf(null));
        failure.setStackTrace(thread.getStackTrace());
        LOG.warn("run {}: {}; the stack is that of the abandoned thread", runId(), failure.getMessage(), failure);
        abandoned(failure);
    }

    TaskRun taskRun() {
        return taskRun;
    }

    int task() {
        return taskRun.task();
    }

    private @Nullable Duration timeout() {
        Pipeline pipeline = scope().pipeline();
        int task = taskRun.task();
        return pipeline.columns().isLimited(task) ? pipeline.node(task).timeout() : null;
    }

    boolean isOfThisThread() {
        return thread == Thread.currentThread();
    }

    boolean isAbandoned() {
        return phase == Phase.ABANDONED;
    }

    boolean isBeingExecuted() {
        return phase != Phase.ENDED && phase != Phase.ABANDONED;
    }

    @Override
    public Instant startedAt() {
        return startedAt;
    }

    @Nullable
    Interruption interruption() {
        Interrupted why = interrupted;
        return why == null ? null : why.reason;
    }

    RowCounts rows() {
        TaskChange durable = success();
        if (durable != null) {
            return durable.rows();
        }
        CountedRows counted = rows;
        return counted == null ? RowCounts.NONE : counted.sum();
    }

    Instant now() {
        return scope().settings().time().instant();
    }

    /** What was recorded while the attempt was being executed, if its success was. */
    @Nullable
    TaskChange success() {
        OwnRecord own = record;
        return own == null ? null : own.success();
    }

    @Override
    public AttemptRecord attemptRecord() {
        OwnRecord own = record;
        if (own == null) {
            own = new OwnRecord(this, scope().pipeline().node(task()).outputType());
            if (!RECORD.compareAndSet(this, null, own)) {
                own = Objects.requireNonNull(record);
            }
        }
        return own;
    }

    @Override
    public RunId runId() {
        return scope().run().id();
    }

    @Override
    public String pipeline() {
        return scope().pipeline().name();
    }

    @Override
    public Optional<DataInterval> dataInterval() {
        CachePlan cache = scope().pipeline().cache(task());
        if (cache != null) {
            cache.checkDataInterval();
        }
        return scope().run().dataInterval();
    }

    @Override
    public String taskId() {
        return scope().pipeline().columns().id(taskRun.task());
    }

    @Override
    public OptionalInt mapIndex() {
        return taskRun.isElement() ? OptionalInt.of(taskRun.mapIndex()) : OptionalInt.empty();
    }

    @Override
    public int attempt() {
        return attempt;
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"})
    public <T extends @Nullable Object> T get(Parameter<T> parameter) {
        Pipeline pipeline = scope().pipeline();
        CachePlan cache = pipeline.cache(task());
        if (cache != null) {
            cache.checkArgument(parameter);
        }
        return (T) pipeline.scope(task())
                .value(parameter, scope().arguments(), source -> inputs().output(pipeline.ordinal(source)));
    }

    @Override
    public TaskState state(TaskRef<?> upstream) {
        return inputs().state(upstreamOrdinal(upstream));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> Optional<T> output(TaskRef<T> upstream) {
        int source = upstreamOrdinal(upstream);
        return inputs().state(source) == TaskState.SUCCEEDED
                ? Optional.ofNullable((T) inputs().output(source))
                : Optional.empty();
    }

    private TaskBody.Inputs inputs() {
        return Objects.requireNonNull(inputs, "the attempt has not begun");
    }

    private int upstreamOrdinal(TaskRef<?> upstream) {
        int source = scope().pipeline().upstreamOrdinal(task(), upstream);
        CachePlan cache = scope().pipeline().cache(task());
        if (cache != null) {
            cache.checkUpstream(source, upstream.id());
        }
        return source;
    }

    @Override
    public void progress(long done, long total) {
        if (scope().settings().listeners().isActive()) {
            scope().settings()
                    .listeners()
                    .tell(new RunListener.TaskProgress(scope().run(), taskId(), taskRun.mapIndex(), done, total));
        }
    }

    @Override
    public void rowsRead(long count) {
        counted().read(count);
    }

    @Override
    public void rowsWritten(long count) {
        counted().written(count);
    }

    @Override
    public void rowsRejected(long count) {
        counted().rejected(count);
    }

    private CountedRows counted() {
        CountedRows counted = rows;
        if (counted == null) {
            counted = new CountedRows();
            if (!ROWS.compareAndSet(this, null, counted)) {
                counted = Objects.requireNonNull(rows);
            }
        }
        return counted;
    }

    @Override
    public boolean isCancelled() {
        return phase != null;
    }

    @Override
    public void checkCancelled() {
        if (isCancelled()) {
            throw new TaskCancelledException(taskId());
        }
    }
}
