package etl.testkit;

import etl.core.RunId;
import etl.core.spi.RunExecutor;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Executes all steps on the thread that waits for a run. One thread drives at a time; a task that itself waits for a run
 * drives that one, deeper on the same stack.
 *
 * <p>A wait prefers the steps of its own run: else a task that waits for an inner run would execute other tasks of the outer
 * one meanwhile, each perhaps with an inner run of its own, deeper and deeper.
 */
final class Driver implements RunExecutor {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final ManualTime time;
    private final Duration patience;
    private final StepQueue steps = new StepQueue();
    private final ReentrantLock driving = new ReentrantLock();
    private @Nullable BlockedThread watch;

    Driver(ManualTime time, Duration patience) {
        this.time = time;
        this.patience = patience;
    }

    @Override
    public Executor stepsOf(RunId run) {
        return step -> steps.add(run, step);
    }

    @Override
    public boolean isSerial() {
        return true;
    }

    @Override
    public Executor endsOf(RunId run) {
        return stepsOf(run);
    }

    @Override
    public <T> T await(RunId run, CompletableFuture<T> end, Duration limit)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<T> signalling = end.whenComplete((result, failure) -> steps.signal());
        driving.lockInterruptibly();
        try (Drive drive = new Drive()) {
            boolean forEver = limit.compareTo(LONGEST) >= 0;
            Instant latest = time.instant().plus(forEver ? LONGEST : limit);
            while (!signalling.isDone()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (!goOn(run, latest)) {
                    if (!forEver) {
                        time.advanceTo(latest);
                        throw new TimeoutException();
                    }
                    idle(drive, run, signalling);
                }
                drive.check();
            }
            return end.get();
        } finally {
            driving.unlock();
        }
    }

    private boolean goOn(RunId run, Instant latest) {
        return execute(steps.poll(run)) || execute(steps.poll()) || nextAlarm(latest);
    }

    private boolean execute(@Nullable Runnable step) {
        if (step == null) {
            return false;
        }
        step.run();
        return true;
    }

    private boolean nextAlarm(Instant latest) {
        Optional<Instant> next = time.nextAlarm().filter(alarm -> !alarm.isAfter(latest));
        next.ifPresent(time::advanceTo);
        return next.isPresent();
    }

    /** Nothing is left to do: if the run is to go on, another thread has to do something. */
    private void idle(Drive drive, RunId run, CompletableFuture<?> end) throws InterruptedException {
        long signals = steps.signals();
        if (end.isDone() || time.nextAlarm().isPresent()) {
            return;
        }
        drive.waitsOnPurpose(true);
        try {
            if (!steps.awaitSignal(signals, patience.toNanos())) {
                throw new AssertionError("run " + run + " cannot end: no task is ready, no alarm is set, and no other"
                        + " thread has changed that for " + patience
                        + ". Does it wait for slots that are never free, or a task for the run that it is a part of?");
            }
        } finally {
            drive.waitsOnPurpose(false);
        }
    }

    /** Executes what can be done without the clock going on. */
    void runDue() {
        driving.lock();
        try (Drive drive = new Drive()) {
            while (execute(steps.poll())) {
                drive.check();
            }
        } finally {
            driving.unlock();
        }
    }

    /** Turns the clock on from alarm to alarm, and executes what becomes ready. */
    void advance(Duration step) {
        driving.lock();
        try {
            Instant target = time.instant().plus(step);
            do {
                runDue();
            } while (nextAlarm(target));
            time.advanceTo(target);
        } finally {
            driving.unlock();
        }
    }

    /** The time during which a thread drives; the outermost one watches over the thread. */
    private final class Drive implements AutoCloseable {
        private final boolean outermost = watch == null;
        private final BlockedThread watching;

        Drive() {
            watching = watch == null ? new BlockedThread(patience, time::readings) : watch;
            watch = watching;
        }

        void check() {
            watching.check();
        }

        void waitsOnPurpose(boolean onPurpose) {
            watching.waitsOnPurpose(onPurpose);
        }

        @Override
        public void close() {
            if (outermost) {
                watching.close();
                watch = null;
            }
        }
    }
}
