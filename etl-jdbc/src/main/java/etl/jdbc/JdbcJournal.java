package etl.jdbc;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RunJournal;
import etl.core.spi.RunLostException;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The journal of one run. */
final class JdbcJournal implements RunJournal {
    private final RunId run;
    private final @Nullable Lease lease;
    private final Leases leases;
    private final Reopening reopening;
    private final StateWriter writer;
    private final CancelRequests cancelRequests;
    private final int largestOutput;
    private final ProcessTime time;
    private final AtomicInteger onTheirWay = new AtomicInteger();
    private final AtomicReference<CompletableFuture<Boolean>> allArrived =
            new AtomicReference<>(CompletableFuture.completedFuture(true));
    private @Nullable Runnable onCancelRequest;
    private boolean closed;
    private volatile boolean ended;

    /** With a lease, which this gives up when it is closed, unless the run has no owner. */
    JdbcJournal(
            RunId run,
            @Nullable Lease lease,
            Leases leases,
            Reopening reopening,
            StateWriter writer,
            CancelRequests cancelRequests,
            int largestOutput,
            ProcessTime time) {
        this.run = run;
        this.lease = lease;
        this.leases = leases;
        this.reopening = reopening;
        this.writer = writer;
        this.cancelRequests = cancelRequests;
        this.largestOutput = largestOutput;
        this.time = time;
    }

    @Override
    public void reopen(Set<String> taskIds) {
        reopening.of(run, lease, taskIds);
    }

    @Override
    public void started(Instant at, Receipt receipt) {
        RunWrite start = new RunWrite(run, lease, RunState.RUNNING, at, Optional.empty(), counted(receipt));
        writer.add(start, hasteOfStart());
    }

    /** Who executes tasks of a run without an owner waits for their starts. */
    private WriteQueue.Haste hasteOfStart() {
        return lease == null ? WriteQueue.Haste.COMMIT : WriteQueue.Haste.NONE;
    }

    @Override
    public void write(TaskChange change, Receipt receipt) {
        write(change, receipt, change.state() == TaskState.RUNNING ? hasteOfStart() : WriteQueue.Haste.COMMIT);
    }

    @Override
    public void writeIdle(TaskChange change, Receipt receipt) {
        write(change, receipt, WriteQueue.Haste.HELP);
    }

    private void write(TaskChange change, Receipt receipt, WriteQueue.Haste haste) {
        String output = change.state() == TaskState.SUCCEEDED
                ? StorableOutput.json(change.taskId(), change.output(), change.outputType(), largestOutput)
                : null;
        writer.add(new TaskWrite(run, lease, change, output, counted(receipt)), haste);
    }

    /** A receipt that is waited for. */
    private Receipt counted(Receipt receipt) {
        onTheirWay.incrementAndGet();
        return new Receipt() {
            @Override
            public void durable() {
                try {
                    receipt.durable();
                } finally {
                    arrived();
                }
            }

            @Override
            public void failed(StateStoreException failure) {
                try {
                    receipt.failed(failure);
                } finally {
                    arrived();
                }
            }
        };
    }

    private void arrived() {
        if (onTheirWay.decrementAndGet() == 0) {
            allArrived.get().complete(true);
        }
    }

    @Override
    public void ended(RunState state, Instant at, Optional<ErrorInfo> error) {
        awaitReceipts();
        if (lease != null) {
            leases.forget(lease);
        }
        EndReceipt receipt = new EndReceipt();
        writer.add(new RunWrite(run, lease, state, at, error, counted(receipt)), WriteQueue.Haste.HELP);
        awaitReceipts();
        receipt.check(run);
        ended = true;
    }

    @Override
    public synchronized void onCancelRequest(Runnable action) {
        if (!closed) {
            onCancelRequest = action;
            cancelRequests.watch(run, action);
        }
    }

    @Override
    public boolean isOwner() {
        return lease == null || leases.isValid(lease);
    }

    @Override
    public boolean isUntouched() {
        return lease != null && lease.epoch() == Leases.FIRST_EPOCH;
    }

    @Override
    public void onLost(Consumer<RunLostException> action) {
        if (lease != null) {
            lease.onLost(action);
        }
    }

    private synchronized void forgetCancelRequests() {
        closed = true;
        if (onCancelRequest != null) {
            cancelRequests.forget(run, onCancelRequest);
        }
    }

    @Override
    public void close() {
        forgetCancelRequests();
        boolean answered = awaitReceipts();
        if (lease != null && !ended) {
            if (answered) {
                leases.release(lease);
            } else {
                leases.forget(lease);
            }
        }
    }

    /**
     * Not given up when interrupted: the end of a run must not overtake what was written before. But whoever waits for a run
     * that is lost does not wait for ever for a database that does not answer.
     *
     * @return false if nothing is known of some of them a whole lease after it had run out
     */
    private boolean awaitReceipts() {
        boolean interrupted = false;
        boolean inTime = true;
        while (inTime && onTheirWay.get() > 0) {
            CompletableFuture<Boolean> next =
                    allArrived.updateAndGet(last -> last.isDone() ? new CompletableFuture<>() : last);
            try {
                if (onTheirWay.get() > 0) {
                    inTime = time.await(next, longestWait()) || !longestWait().isZero();
                }
            } catch (InterruptedException interruption) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return onTheirWay.get() == 0;
    }

    private Duration longestWait() {
        if (lease == null) {
            return ProcessTime.FOREVER;
        }
        long left = lease.remaining() + leases.length().toNanos();
        return left <= 0 ? Duration.ZERO : Duration.ofNanos(left);
    }

    /** What becomes of the end of the run. */
    private static final class EndReceipt implements Receipt {
        private volatile boolean told;
        private volatile @Nullable StateStoreException failure;

        @Override
        public void durable() {
            told = true;
        }

        @Override
        public void failed(StateStoreException why) {
            failure = why;
            told = true;
        }

        void check(RunId run) {
            StateStoreException why = failure;
            if (why != null) {
                throw why;
            }
            if (!told) {
                throw new StateStoreException(
                        "the database does not answer, so it is not known whether the end of run " + run + " is stored",
                        null);
            }
        }
    }
}
