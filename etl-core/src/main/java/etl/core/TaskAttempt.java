package etl.core;

import etl.core.spi.RowCounts;
import etl.core.spi.RunInfo;
import etl.core.spi.RunListener;
import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One execution of a task's code on the thread that makes this object, with its timeout and its interruption.
 *
 * <p>Whoever moves {@link #phase} decides what becomes of the attempt. The thread of the task moves RUNNING or
 * INTERRUPTED to ENDED; an alarm moves INTERRUPTED to ABANDONED when the grace period is over. So the owner is told
 * either {@code ended} or {@code abandoned}, never both. INTERRUPTING holds the thread of the task back until
 * {@link Thread#interrupt()} has returned, so that an interrupt never hits the task that the thread executes next.
 */
final class TaskAttempt implements TaskContext {
    private static final Logger LOG = LoggerFactory.getLogger(TaskAttempt.class);

    /** Why an attempt is interrupted. */
    enum Interruption {
        TIMEOUT,
        CANCEL,
        STOP
    }

    /** Who has started the attempt. */
    interface Owner {
        void ended(TaskAttempt attempt, @Nullable Object output, @Nullable Throwable failure);

        void abandoned(TaskAttempt attempt, TaskAbandonedException failure);
    }

    private enum Phase {
        RUNNING,
        INTERRUPTING,
        INTERRUPTED,
        ENDED,
        ABANDONED
    }

    private final Owner owner;
    private final RunSettings settings;
    private final RunInfo run;
    private final Pipeline pipeline;
    private final TaskRun taskRun;
    private final int task;
    private final int attempt;
    private final Map<String, Object> arguments;
    private final Instant startedAt;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.RUNNING);
    private final LongAdder read = new LongAdder();
    private final LongAdder written = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final Thread thread = Thread.currentThread();
    private TaskBody.@Nullable Inputs inputs;
    private volatile @Nullable Interruption interruption;
    private volatile Time.Alarm graceOver = Time.Alarm.NONE;

    TaskAttempt(
            Owner owner,
            RunSettings settings,
            RunInfo run,
            Pipeline pipeline,
            TaskRun taskRun,
            int attempt,
            Map<String, Object> arguments) {
        this.owner = owner;
        this.settings = settings;
        this.run = run;
        this.pipeline = pipeline;
        this.taskRun = taskRun;
        this.task = taskRun.task();
        this.attempt = attempt;
        this.arguments = arguments;
        this.startedAt = settings.time().instant();
    }

    /**
     * Executes the task's code and tells the owner how it ended.
     *
     * @return false if the attempt was abandoned meanwhile: the thread has been given up and must do nothing more
     */
    boolean execute(TaskBody.Inputs taken) {
        inputs = taken;
        Time.Alarm timeout = pipeline.task(task)
                .timeout()
                .map(limit -> settings.time().after(limit, () -> interrupt(Interruption.TIMEOUT)))
                .orElse(Time.Alarm.NONE);
        Object output = null;
        Throwable failure = null;
        forgetStrayInterrupt();
        MDC.put("task", taskId());
        MDC.put("attempt", Integer.toString(attempt));
        try {
            output = pipeline.body(task).execute(this, taken);
        } catch (Throwable thrown) {
            failure = thrown;
        } finally {
            MDC.remove("task");
            MDC.remove("attempt");
            timeout.cancel();
        }
        if (!end()) {
            LOG.warn("the abandoned attempt {} of task '{}' of run {} has ended after all", attempt, taskId(), runId());
            return false;
        }
        owner.ended(this, output, failureOf(failure));
        return true;
    }

    /** A listener may have left one; one of our own is set again, because it moves the phase first. */
    private void forgetStrayInterrupt() {
        if (Thread.interrupted() && phase.get() != Phase.RUNNING) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable Throwable failureOf(@Nullable Throwable thrown) {
        if (interruption != Interruption.TIMEOUT) {
            return thrown;
        }
        Duration limit = pipeline.task(task).timeout().orElse(Duration.ZERO);
        TaskTimeoutException timedOut = new TaskTimeoutException(taskId(), attempt, limit);
        if (thrown != null) {
            timedOut.addSuppressed(thrown);
        }
        return timedOut;
    }

    private boolean end() {
        while (true) {
            Phase now = phase.get();
            if (now == Phase.ABANDONED) {
                return false;
            }
            if (now == Phase.INTERRUPTING) {
                Thread.onSpinWait();
            } else if (phase.compareAndSet(now, Phase.ENDED)) {
                graceOver.cancel();
                Thread.interrupted();
                return true;
            }
        }
    }

    void interrupt(Interruption reason) {
        if (!phase.compareAndSet(Phase.RUNNING, Phase.INTERRUPTING)) {
            return;
        }
        interruption = reason;
        thread.interrupt();
        phase.set(Phase.INTERRUPTED);
        Time.Alarm alarm = settings.time().after(settings.grace(), this::abandon);
        graceOver = alarm;
        if (phase.get() == Phase.ENDED) {
            alarm.cancel();
        }
    }

    private void abandon() {
        if (!phase.compareAndSet(Phase.INTERRUPTED, Phase.ABANDONED)) {
            return;
        }
        TaskAbandonedException failure =
                new TaskAbandonedException(taskId(), attempt, settings.grace(), failureOf(null));
        failure.setStackTrace(thread.getStackTrace());
        LOG.warn("run {}: {}; the stack is that of the abandoned thread", runId(), failure.getMessage(), failure);
        owner.abandoned(this, failure);
    }

    TaskRun taskRun() {
        return taskRun;
    }

    int task() {
        return task;
    }

    Instant startedAt() {
        return startedAt;
    }

    @Nullable
    Interruption interruption() {
        return interruption;
    }

    RowCounts rows() {
        return new RowCounts(read.sum(), written.sum(), rejected.sum());
    }

    @Override
    public RunId runId() {
        return run.id();
    }

    @Override
    public String pipeline() {
        return pipeline.name();
    }

    @Override
    public Optional<DataInterval> dataInterval() {
        return run.dataInterval();
    }

    @Override
    public String taskId() {
        return pipeline.task(task).id();
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
        return (T)
                pipeline.scope(task).value(parameter, arguments, source -> inputs().output(pipeline.ordinal(source)));
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
        int source = pipeline.ordinal(pipeline.scope(task).taskId(upstream));
        for (int known : pipeline.upstream(task)) {
            if (known == source) {
                return source;
            }
        }
        throw new IllegalArgumentException("task '" + upstream.id() + "' is not a direct upstream task of '" + taskId()
                + "'; declare after(" + upstream.id() + ")");
    }

    @Override
    public void progress(long done, long total) {
        if (settings.listeners().isActive()) {
            settings.listeners().tell(new RunListener.TaskProgress(run, taskId(), taskRun.mapIndex(), done, total));
        }
    }

    @Override
    public void rowsRead(long rows) {
        read.add(rows);
    }

    @Override
    public void rowsWritten(long rows) {
        written.add(rows);
    }

    @Override
    public void rowsRejected(long rows) {
        rejected.add(rows);
    }

    @Override
    public boolean isCancelled() {
        return phase.get() != Phase.RUNNING;
    }

    @Override
    public void checkCancelled() {
        if (isCancelled()) {
            throw new TaskCancelledException(taskId());
        }
    }
}
