package etl.testkit;

import etl.core.RunState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RunJournal;
import etl.core.spi.RunLostException;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The journal that a {@link SynchronousStore} makes of another one. */
final class SynchronousJournal implements RunJournal {
    private final RunJournal journal;
    private final CrashPoints crashPoints;
    private final AtomicReference<CrashPoints.@Nullable Crash> crash;

    SynchronousJournal(
            RunJournal journal, CrashPoints crashPoints, AtomicReference<CrashPoints.@Nullable Crash> crash) {
        this.journal = journal;
        this.crashPoints = crashPoints;
        this.crash = crash;
    }

    @Override
    public void reopen(Set<String> taskIds) {
        checkAlive();
        journal.reopen(taskIds);
    }

    @Override
    public void started(Instant at, Receipt receipt) {
        checkAlive();
        tell(receipt, store(answer -> journal.started(at, answer)));
    }

    @Override
    public void write(TaskChange change, Receipt receipt) {
        StateStoreException failure = crash.get();
        if (failure == null && crashPoints.isBefore(change)) {
            failure = die("before the result of task '" + change.taskId() + "' was stored");
        }
        if (failure == null) {
            failure = store(answer -> journal.write(change, answer));
        }
        if (failure == null && crashPoints.isAfter(change)) {
            failure = die("after the result of task '" + change.taskId() + "' was stored");
        }
        tell(receipt, failure);
    }

    private static void tell(Receipt receipt, @Nullable StateStoreException failure) {
        if (failure == null) {
            receipt.durable();
        } else {
            receipt.failed(failure);
        }
    }

    private static @Nullable StateStoreException store(Consumer<Receipt> writing) {
        CompletableFuture<Optional<StateStoreException>> answer = new CompletableFuture<>();
        writing.accept(new Receipt() {
            @Override
            public void durable() {
                answer.complete(Optional.empty());
            }

            @Override
            public void failed(StateStoreException failure) {
                answer.complete(Optional.of(failure));
            }
        });
        return answer.join().orElse(null);
    }

    private CrashPoints.Crash die(String where) {
        CrashPoints.Crash death = new CrashPoints.Crash(where);
        crash.set(death);
        return death;
    }

    private void checkAlive() {
        CrashPoints.Crash death = crash.get();
        if (death != null) {
            throw death;
        }
    }

    @Override
    public void ended(RunState state, Instant at, Optional<ErrorInfo> error) {
        checkAlive();
        journal.ended(state, at, error);
    }

    @Override
    public void onCancelRequest(Runnable action) {
        journal.onCancelRequest(action);
    }

    @Override
    public boolean isOwner() {
        return journal.isOwner();
    }

    @Override
    public void onLost(Consumer<RunLostException> action) {
        journal.onLost(action);
    }

    @Override
    public void close() {
        journal.close();
    }
}
