package etl.core.spi;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Is told what happens in runs, the events of one run in their order, {@link RunStarted} first and {@link RunEnded} or
 * {@link RunStopped} last.
 * An exception is logged and changes nothing in the run.
 *
 * <p>A listener has a bounded queue and a thread of its own, which calls one method at a time: it may block without
 * slowing a run down. When its queue is full, {@link TaskProgress} is dropped first, then the oldest event;
 * {@link RunEnded} and {@link RunStopped} never are. How many were dropped is logged.
 *
 * <p>A {@link #synchronous()} listener misses nothing. It is called on the threads of the runner, about different tasks
 * at the same time, and makes the run wait: it is thread-safe, short, and does not block.
 */
public interface RunListener {
    /** Does nothing. */
    RunListener NONE = new RunListener() {};

    /**
     * Whether this listener is called on the threads of the runner, at the moment of the event. Asked once.
     *
     * @return true for a listener that must not miss an event and never blocks; default false
     */
    default boolean synchronous() {
        return false;
    }

    /**
     * A run begins, anew or resumed.
     *
     * @param event what happened
     */
    default void onRunStarted(RunStarted event) {}

    /**
     * The output of a task with a {@link etl.core.Cache} was looked up.
     *
     * @param event what happened
     */
    default void onCacheChecked(CacheChecked event) {}

    /**
     * An attempt begins.
     *
     * @param event what happened
     */
    default void onTaskStarted(TaskStarted event) {}

    /**
     * An attempt reports its progress.
     *
     * @param event what happened
     */
    default void onTaskProgress(TaskProgress event) {}

    /**
     * An attempt has failed and another one follows.
     *
     * @param event what happened
     */
    default void onTaskRetrying(TaskRetrying event) {}

    /**
     * A task run has reached its final state, and that is stored.
     *
     * @param event what happened
     */
    default void onTaskEnded(TaskEnded event) {}

    /**
     * A run has reached its final state.
     *
     * @param event what happened
     */
    default void onRunEnded(RunEnded event) {}

    /**
     * A run is not executed any more, though it has not ended.
     *
     * @param event what happened
     */
    default void onRunStopped(RunStopped event) {}

    /**
     * A run or a task has not ended in the time that its SLA allows, and goes on.
     *
     * @param event what happened
     */
    default void onSlaMissed(SlaMissed event) {}

    /** Something that happened in a run. */
    sealed interface Event
            permits RunStarted,
                    CacheChecked,
                    TaskStarted,
                    TaskProgress,
                    TaskRetrying,
                    TaskEnded,
                    RunEnded,
                    RunStopped,
                    SlaMissed {
        /**
         * The run in which it happened.
         *
         * @return the run
         */
        RunInfo run();

        /**
         * Calls the method for events of this kind.
         *
         * @param listener who is told
         */
        void tell(RunListener listener);
    }

    /**
     * A run begins.
     *
     * @param run the run
     * @param at when
     * @param tasks how many tasks it has
     * @param done how many of them had ended before, in a run that is resumed
     */
    record RunStarted(RunInfo run, Instant at, int tasks, int done) implements Event {
        @Override
        public void tell(RunListener listener) {
            listener.onRunStarted(this);
        }
    }

    /** What the look-up of a cached output has come to. */
    enum CacheResult {
        /** The output is there; the task ends without an attempt. */
        HIT,
        /** The output has to be computed, for whatever reason; told before the first attempt only. */
        MISS,
        /** Another task run computes the same output; a hit or a miss follows. */
        WAITING
    }

    /**
     * The output of a task with a cache was looked up.
     *
     * @param run the run
     * @param taskId the task
     * @param mapIndex the element of a mapped task, or {@link StoredTask#NOT_MAPPED}
     * @param result what came of it
     */
    record CacheChecked(RunInfo run, String taskId, int mapIndex, CacheResult result) implements Event {
        @Override
        public void tell(RunListener listener) {
            listener.onCacheChecked(this);
        }
    }

    /**
     * An attempt begins.
     *
     * @param run the run
     * @param taskId the task
     * @param mapIndex the element of a mapped task, or {@link StoredTask#NOT_MAPPED}
     * @param attempt 1 for the first one
     * @param at when
     */
    record TaskStarted(RunInfo run, String taskId, int mapIndex, int attempt, Instant at) implements Event {
        @Override
        public void tell(RunListener listener) {
            listener.onTaskStarted(this);
        }
    }

    /**
     * An attempt reports its progress.
     *
     * @param run the run
     * @param taskId the task
     * @param mapIndex the element of a mapped task, or {@link StoredTask#NOT_MAPPED}
     * @param done how much is done
     * @param total how much there is in all, negative if unknown
     */
    record TaskProgress(RunInfo run, String taskId, int mapIndex, long done, long total) implements Event {
        @Override
        public void tell(RunListener listener) {
            listener.onTaskProgress(this);
        }
    }

    /**
     * An attempt has failed and another one follows.
     *
     * @param run the run
     * @param taskId the task
     * @param mapIndex the element of a mapped task, or {@link StoredTask#NOT_MAPPED}
     * @param attempt the attempt that failed
     * @param error why
     * @param delay the wait before the next attempt
     */
    record TaskRetrying(RunInfo run, String taskId, int mapIndex, int attempt, ErrorInfo error, Duration delay)
            implements Event {
        @Override
        public void tell(RunListener listener) {
            listener.onTaskRetrying(this);
        }
    }

    /**
     * A task run has reached its final state: a task, an element of a mapped task, or a mapped task as a whole (attempt 0).
     *
     * @param run the run
     * @param taskId the task
     * @param mapIndex the element of a mapped task, or {@link StoredTask#NOT_MAPPED}
     * @param attempt how often it was attempted, 0 if never
     * @param state the final state
     * @param duration how long the last attempt took, zero if there was none
     * @param rows the rows that the last attempt counted
     * @param error why it failed, or empty
     * @param cachedFrom the run that computed its output, if that was reused and no attempt was executed for it; else empty
     */
    record TaskEnded(
            RunInfo run,
            String taskId,
            int mapIndex,
            int attempt,
            TaskState state,
            Duration duration,
            RowCounts rows,
            Optional<ErrorInfo> error,
            Optional<RunId> cachedFrom)
            implements Event {
        @Override
        public void tell(RunListener listener) {
            listener.onTaskEnded(this);
        }
    }

    /**
     * A run has reached its final state.
     *
     * @param run the run
     * @param state the final state
     * @param duration from its start, or from its resumption, to now
     * @param error why it failed, or empty
     */
    record RunEnded(RunInfo run, RunState state, Duration duration, Optional<ErrorInfo> error) implements Event {
        @Override
        public void tell(RunListener listener) {
            listener.onRunEnded(this);
        }
    }

    /**
     * A run is not executed any more, though it has not ended: its orchestrator was closed, its store failed, or another process
     * has it. It can be resumed. Of its tasks that were being executed, nothing more is told.
     *
     * @param run the run
     * @param duration from its start, or from its resumption, to now
     * @param reason why, for people
     */
    record RunStopped(RunInfo run, Duration duration, String reason) implements Event {
        @Override
        public void tell(RunListener listener) {
            listener.onRunStopped(this);
        }
    }

    /**
     * A run or a task has not ended in the time that its SLA allows.
     *
     * @param run the run
     * @param taskId the task, or empty for the run as a whole
     * @param sla the time allowed, from the run's start or resumption on
     * @param at when
     */
    record SlaMissed(RunInfo run, Optional<String> taskId, Duration sla, Instant at) implements Event {
        @Override
        public void tell(RunListener listener) {
            listener.onSlaMissed(this);
        }
    }
}
