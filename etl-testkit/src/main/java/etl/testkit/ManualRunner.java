package etl.testkit;

import etl.core.Etl;
import etl.core.EtlBuilder;
import etl.core.InMemoryStateStore;
import etl.core.spi.StateStore;
import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Random;

/**
 * Makes orchestrators for tests that have no threads of their own: a run is executed by the thread that waits for it, one
 * task after the other and in the same order each time, and the clock stands still until nothing is left to do, when it
 * jumps to the next alarm. A retry in five minutes, a timeout or a deadline takes no time.
 *
 * <pre>{@code
 * ManualRunner runner = ManualRunner.create();
 * try (Etl etl = runner.builder().build()) {
 *     new MyService(etl).importOrders();
 * }
 * }</pre>
 *
 * <p>For a test of one pipeline there is {@link PipelineTest}. Listeners and callbacks that are not synchronous have threads
 * of their own as ever; closing the orchestrator waits for them. A run within a task of another run is executed deeper on the
 * same stack. Safe for use by many threads, of which one at a time
 * executes tasks.
 */
public final class ManualRunner {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int PARALLELISM = 4;

    private final ManualTime time = new ManualTime();
    private final Driver driver;

    private ManualRunner(Duration patience) {
        this.driver = new Driver(time, patience);
    }

    /**
     * A runner that waits 30 seconds before it says that a test hangs.
     *
     * @return the runner
     */
    public static ManualRunner create() {
        return create(PATIENCE);
    }

    /**
     * A runner.
     *
     * @param patience after which real time it says that a test hangs: that a task waits and nothing goes on, or that a
     *     run cannot end; positive
     * @return the runner
     * @throws IllegalArgumentException if the patience is not positive
     */
    public static ManualRunner create(Duration patience) {
        if (patience.isNegative() || patience.isZero()) {
            throw new IllegalArgumentException("patience is " + patience + " and must be positive");
        }
        return new ManualRunner(patience);
    }

    /**
     * An orchestrator that keeps everything in memory.
     *
     * @return a builder; time, executor, store and the source of the jitter are set, and a parallelism of 4, which may be
     *     changed
     */
    public EtlBuilder builder() {
        return builder(InMemoryStateStore.create());
    }

    /**
     * An orchestrator with a store, perhaps one of several on the same one.
     *
     * @param store where runs are kept, closed by the orchestrator; each write is waited for
     * @return a builder; time, executor, store and the source of the jitter are set, and a parallelism of 4, which may be
     *     changed
     */
    public EtlBuilder builder(StateStore store) {
        return builderOn(SynchronousStore.of(Objects.requireNonNull(store, "store"), new CrashPoints()))
                .closing(store);
    }

    EtlBuilder builderOn(StateStore store) {
        return Etl.builder()
                .store(store)
                .time(new SharedTime(time))
                .executor(driver)
                .random(new Random(0))
                .parallelism(PARALLELISM);
    }

    /**
     * The clock of all its orchestrators. A task may turn it, too: then that is how long the task takes.
     *
     * @return the clock
     */
    public ManualTime time() {
        return time;
    }

    /**
     * Executes what can be executed while the clock stands still, on the calling thread.
     *
     * @throws AssertionError if a task waits and nothing goes on
     */
    public void runDue() {
        driver.runDue();
    }

    /**
     * Turns the clock on and executes what becomes due, each thing at its time, on the calling thread.
     *
     * @param step how far, not negative
     * @throws AssertionError if a task waits and nothing goes on
     */
    public void advance(Duration step) {
        driver.advance(step);
    }

    /** One clock for orchestrators that are closed one by one. */
    private record SharedTime(ManualTime time) implements Time {
        @Override
        public Instant instant() {
            return time.instant();
        }

        @Override
        public Alarm after(Duration delay, Runnable action) {
            return time.after(delay, action);
        }

        @Override
        public void close() {
            // The others go on.
        }
    }
}
