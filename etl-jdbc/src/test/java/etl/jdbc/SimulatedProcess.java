package etl.jdbc;

import etl.core.Etl;
import etl.core.ResumeRefusedException;
import etl.core.RunId;
import etl.core.spi.NewRun;
import etl.core.spi.RunExecutor;
import etl.core.spi.StateStoreException;
import etl.core.spi.Time;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/**
 * A process with the runner, the leases and the writer that a real one has. What a real one has threads for are strands
 * here: the steps of runs, the writer's batches, the heartbeat.
 */
final class SimulatedProcess extends VirtualTime.Host {
    private static final Instant BEGINNING = Instant.parse("2001-01-01T12:00:00Z");
    private static final long LONGEST_SKEW = TimeUnit.HOURS.toMicros(1);
    private static final ThreadLocal<Boolean> IN_STEP = ThreadLocal.withInitial(() -> false);

    private final SimulatedWorld world;
    private final VirtualTime time;
    private final RandomGenerator random;
    private final String name;
    private final long skew;
    private final Patience patience;
    private final Leases leases;
    private final GroupCommit writer;
    private final WatchedWriter watched;
    private final Reopening reopening;
    private final SimulatedStore store;
    private final Etl etl;
    private final Steps steps = new Steps();
    private boolean submitting;
    private boolean cutOff;
    private boolean leftOver;
    private boolean looking;

    SimulatedProcess(String name, SimulatedWorld world) {
        this.name = name;
        this.world = world;
        this.time = world.time();
        this.random = world.random();
        this.skew = random.nextLong(-LONGEST_SKEW, LONGEST_SKEW);
        SimulatedConnection connection = world.connection(this);
        Duration lease = world.lease();
        this.patience = new Patience(lease, new StrandTime());
        this.leases = new Leases(connection, patience, patience.time(), name, lease);
        this.writer = new GroupCommit(connection, patience, GroupCommit.LINGER);
        this.watched = new WatchedWriter(this, writer, world);
        this.reopening = new Reopening(connection, patience);
        this.store = new SimulatedStore(this, connection, world);
        time.start(micros(leases.pauseBetweenBeats()), this, this::beat);
        this.etl = Etl.builder()
                .store(store)
                .time(new Clock())
                .executor(steps)
                .random(random)
                .parallelism(4)
                .mostCrashes(Integer.MAX_VALUE)
                .recover(world.pipeline())
                .recoveryPeriod(lease.dividedBy(2))
                .build();
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    SimulatedWorld world() {
        return world;
    }

    Etl etl() {
        return etl;
    }

    SimulatedStore store() {
        return store;
    }

    Leases leases() {
        return leases;
    }

    WatchedWriter writer() {
        return watched;
    }

    Reopening reopening() {
        return reopening;
    }

    ProcessTime processTime() {
        return patience.time();
    }

    /** Tried again as any other transaction; by its owner a run is known again. */
    boolean recorded(NewRun run, SimulatedConnection connection) {
        try {
            return patience.with(again -> connection.insert(run, leases.owner(), leases.length(), again));
        } catch (SQLException failure) {
            throw new StateStoreException("recording run " + run.id() + " failed", failure);
        }
    }

    boolean isCutOff() {
        return cutOff;
    }

    void cutOff(boolean now) {
        cutOff = now;
    }

    private void beat() {
        time.start(micros(leases.beat()), this, this::beat);
    }

    /** There are leases to look after. */
    void taken() {
        if (!looking) {
            looking = true;
            time.after(micros(leases.pauseBetweenLooks()), this, this::look);
        }
    }

    private void look() {
        leases.loseWhatRanOut();
        looking = false;
        if (store.holdsLeases()) {
            taken();
        }
    }

    /** Something is waiting to be committed, at once or when it has lingered. */
    void written(boolean lingers) {
        time.startWriter(lingers ? micros(GroupCommit.LINGER) : delay(), this, this::commit);
    }

    /** A thread of a run has committed, or has tried to. */
    void helped() {
        if (leftOver) {
            leftOver = false;
            written(false);
        }
    }

    private void commit() {
        boolean more = writer.commitReady();
        leftOver |= !more;
        while (more) {
            more = writer.commitReady();
        }
    }

    void notCommitted() {
        leftOver = true;
    }

    /** Threads begin at once, more or less. */
    private long delay() {
        return random.nextInt(4) == 0 ? random.nextLong(2_000) : 0;
    }

    /** By the clock that nobody sets. */
    private final class StrandTime implements ProcessTime {
        @Override
        public long nanoTime() {
            return (time.now() + skew) * 1_000;
        }

        @Override
        public boolean await(CompletableFuture<?> event, Duration limit) {
            return time.await(event, limit);
        }
    }

    /** By the clock on the wall, which is wrong. */
    private final class Clock implements Time {
        @Override
        public Instant instant() {
            return BEGINNING.plus(time.now() + skew, ChronoUnit.MICROS);
        }

        @Override
        public Alarm after(Duration delay, Runnable action) {
            return time.after(micros(delay), SimulatedProcess.this, action)::cancel;
        }

        @Override
        public void close() {}
    }

    private final class Steps implements RunExecutor {
        @Override
        public Executor stepsOf(RunId run) {
            return step -> time.start(delay(), SimulatedProcess.this, () -> {
                IN_STEP.set(true);
                try {
                    step.run();
                } finally {
                    IN_STEP.set(false);
                }
            });
        }

        /** At once where that may wait, since whoever starts a run waits for its end if it does not start. */
        @Override
        public Executor endsOf(RunId run) {
            return IN_STEP.get() && !time.isInBetween() ? Runnable::run : stepsOf(run);
        }

        @Override
        public <T> T await(RunId run, CompletableFuture<T> end, Duration limit) throws TimeoutException {
            if (!time.await(end, limit)) {
                throw new TimeoutException();
            }
            return end.join();
        }
    }

    boolean isSubmitting() {
        return submitting;
    }

    /** Starts a run, unless that cannot be recorded now. */
    void submit(Runnable submission) {
        submitting = true;
        steps.stepsOf(RunId.random()).execute(() -> {
            try {
                submission.run();
            } catch (StateStoreException | ResumeRefusedException notNow) {
                // Somebody tries again.
            } finally {
                submitting = false;
            }
        });
    }

    @Override
    public String toString() {
        return name;
    }
}
