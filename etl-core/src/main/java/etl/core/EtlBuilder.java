package etl.core;

import etl.core.spi.RunExecutor;
import etl.core.spi.RunListener;
import etl.core.spi.StateStore;
import etl.core.spi.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Configures an orchestrator. Not safe for use by many threads.
 *
 * <p>Defaults: an in-memory store, no listeners, as many tasks at once as there are processors (at least 4), a grace
 * period of 10 seconds, the machine's clock.
 */
public final class EtlBuilder {
    /** How long an interrupted attempt may go on before its thread is abandoned, unless told otherwise. */
    public static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);

    /** How many events wait for one listener, unless told otherwise. */
    public static final int DEFAULT_LISTENER_QUEUE = 10_000;

    /** How often runs are looked for whose process has died, unless told otherwise. */
    public static final Duration DEFAULT_RECOVERY_PERIOD = Duration.ofSeconds(10);

    /** How often a run's process may die before the run is ended, unless told otherwise. */
    public static final int DEFAULT_MOST_CRASHES = 3;

    private final List<RunListener> listeners = new ArrayList<>();
    private final Map<String, Function<Time, Pool>> pools = new HashMap<>();
    private final List<AutoCloseable> resources = new ArrayList<>();
    private @Nullable StateStore store;
    private @Nullable Time time;
    private @Nullable RunExecutor executor;
    private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    private int parallelism = Math.max(4, Runtime.getRuntime().availableProcessors());
    private Duration drain = Duration.ZERO;
    private Duration grace = DEFAULT_GRACE;
    private int listenerQueue = DEFAULT_LISTENER_QUEUE;
    private Duration listenerGrace = DEFAULT_GRACE;
    private final List<Pipeline> recovered = new ArrayList<>();
    private Duration recoveryPeriod = DEFAULT_RECOVERY_PERIOD;
    private int mostCrashes = DEFAULT_MOST_CRASHES;

    EtlBuilder() {}

    /**
     * Adds a pool: a resource that only so many task runs may use at once, over all runs of this orchestrator.
     *
     * @param name the name that tasks use in {@link TaskOptions#pool(String)}
     * @param slots how many slots it has, at least 1
     * @return this builder
     * @throws IllegalArgumentException if the name is blank or the number is less than 1
     * @throws IllegalStateException if there is a pool of this name already
     */
    public EtlBuilder pool(String name, int slots) {
        return pool(name, slots, 0, Duration.ofSeconds(1));
    }

    /**
     * Adds a pool that also limits how many task runs may start in any period.
     *
     * @param name the name that tasks use in {@link TaskOptions#pool(String)}
     * @param slots how many slots it has, at least 1
     * @param startsPerPeriod how many starts any period may have, or 0 for no limit
     * @param period the length of the period, positive
     * @return this builder
     * @throws IllegalArgumentException if the name is blank or a number is out of range
     * @throws IllegalStateException if there is a pool of this name already
     */
    public EtlBuilder pool(String name, int slots, int startsPerPeriod, Duration period) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of a pool is blank; give it the name that tasks use");
        }
        Checks.atLeastOne(slots, "slots");
        Checks.positive(period, "period");
        if (startsPerPeriod < 0) {
            throw new IllegalArgumentException("startsPerPeriod is " + startsPerPeriod + "; use 0 for no limit");
        }
        Duration finite = period.compareTo(SystemTime.FOREVER) < 0 ? period : SystemTime.FOREVER;
        if (pools.putIfAbsent(name, clock -> new Pool(name, slots, startsPerPeriod, finite, clock)) != null) {
            throw new IllegalStateException("pool '" + name + "' was already added; name another one, or add it once");
        }
        return this;
    }

    /**
     * Sets where runs are kept. The orchestrator closes the store when it is closed itself.
     *
     * @param newStore the store; default: an {@linkplain InMemoryStateStore in-memory store}
     * @return this builder
     * @throws IllegalStateException if a store was set before
     */
    public EtlBuilder store(StateStore newStore) {
        Objects.requireNonNull(newStore, "store");
        if (store != null) {
            throw new IllegalStateException("store was already set to " + store);
        }
        store = newStore;
        return this;
    }

    /**
     * Adds a listener, which has a queue of its own unless it is {@link RunListener#synchronous()}.
     *
     * @param listener the listener
     * @return this builder
     */
    public EtlBuilder listener(RunListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Limits how many events wait for one listener, or for the callbacks of one pipeline; see {@link RunListener} for
     * what is dropped beyond that.
     *
     * @param events at least 1; default {@link #DEFAULT_LISTENER_QUEUE}
     * @return this builder
     * @throws IllegalArgumentException if the number is less than 1
     */
    public EtlBuilder listenerQueue(int events) {
        listenerQueue = Checks.atLeastOne(events, "listenerQueue");
        return this;
    }

    /**
     * Sets how long {@link Etl#close()} waits for listeners and callbacks that have not been told everything.
     *
     * @param period not negative; default {@link #DEFAULT_GRACE}
     * @return this builder
     * @throws IllegalArgumentException if the period is negative
     */
    public EtlBuilder listenerGrace(Duration period) {
        listenerGrace = Checks.notNegative(period, "listenerGrace");
        return this;
    }

    /**
     * Limits how many tasks of one run are executed at once, for pipelines without a limit of their own.
     *
     * @param tasksAtOnce at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is less than 1
     */
    public EtlBuilder parallelism(int tasksAtOnce) {
        parallelism = Checks.atLeastOne(tasksAtOnce, "parallelism");
        return this;
    }

    /**
     * Sets how long {@link Etl#close()} lets attempts end before it interrupts them. No new ones are started meanwhile.
     *
     * @param period not negative; default zero: they are interrupted at once
     * @return this builder
     * @throws IllegalArgumentException if the period is negative
     */
    public EtlBuilder drain(Duration period) {
        drain = Checks.notNegative(period, "drain");
        return this;
    }

    /**
     * Sets how long an interrupted attempt may go on before its thread is abandoned.
     *
     * @param period not negative; default {@link #DEFAULT_GRACE}
     * @return this builder
     * @throws IllegalArgumentException if the period is negative
     */
    public EtlBuilder grace(Duration period) {
        grace = Checks.notNegative(period, "grace");
        return this;
    }

    /**
     * Resumes runs of these pipelines whose process has died or was shut down: when the orchestrator is built, and from time
     * to time as long as it is open. Any process that knows the pipelines may do so; one of them takes each run. How soon a
     * dead process is noticed is up to the store, see {@code JdbcStateStoreBuilder.lease}. A run that was begun by another
     * definition of its pipeline is left alone, with a warning.
     *
     * @param pipelines the pipelines; added to those of former calls
     * @return this builder
     */
    public EtlBuilder recover(Pipeline... pipelines) {
        recovered.addAll(List.of(pipelines));
        return this;
    }

    /**
     * Sets how often runs are looked for whose process has died.
     *
     * @param period positive; default {@link #DEFAULT_RECOVERY_PERIOD}
     * @return this builder
     * @throws IllegalArgumentException if the period is not positive
     */
    public EtlBuilder recoveryPeriod(Duration period) {
        recoveryPeriod = Checks.positive(period, "recoveryPeriod");
        return this;
    }

    /**
     * Limits how often the process of a run may die before the run is ended as FAILED instead of being resumed.
     *
     * @param crashes at least 1; default {@link #DEFAULT_MOST_CRASHES}
     * @return this builder
     * @throws IllegalArgumentException if the number is less than 1
     */
    public EtlBuilder mostCrashes(int crashes) {
        mostCrashes = Checks.atLeastOne(crashes, "mostCrashes");
        return this;
    }

    /**
     * Replaces the machine's clock and alarms, for tests. The orchestrator closes it when it is closed itself.
     *
     * @param newTime the clock
     * @return this builder
     */
    public EtlBuilder time(Time newTime) {
        time = Objects.requireNonNull(newTime, "time");
        return this;
    }

    /**
     * Sets the threads that execute tasks. They stay the caller's: the orchestrator does not shut the executor down.
     *
     * <p>It must execute what it is given on other threads than the caller's, and needs threads enough for
     * {@link #parallelism(int)}; a task that runs a pipeline holds its thread meanwhile. Where it rejects, the run is stopped
     * and can be resumed. An abandoned attempt keeps its thread.
     *
     * @param threads for example one that the application's framework manages
     * @return this builder
     * @throws IllegalStateException if an executor was set before
     */
    public EtlBuilder executor(Executor threads) {
        return executor(new HostedThreads(Objects.requireNonNull(threads, "threads")));
    }

    /**
     * Sets how runs are executed, for tests.
     *
     * @param newExecutor the executor; default: threads of the orchestrator's own
     * @return this builder
     * @throws IllegalStateException if an executor was set before
     */
    public EtlBuilder executor(RunExecutor newExecutor) {
        Objects.requireNonNull(newExecutor, "executor");
        if (executor != null) {
            throw new IllegalStateException("executor was already set to " + executor);
        }
        executor = newExecutor;
        return this;
    }

    /**
     * Replaces the source of the jitter of retries, for tests.
     *
     * @param generator safe for use by many threads, as {@link java.util.Random} is
     * @return this builder
     */
    public EtlBuilder random(RandomGenerator generator) {
        random = Objects.requireNonNull(generator, "random");
        return this;
    }

    /**
     * Adds something that is closed together with the orchestrator: after the store, in the order of these calls.
     *
     * @param resource for example a connection pool that only this orchestrator uses
     * @return this builder
     */
    public EtlBuilder closing(AutoCloseable resource) {
        resources.add(Objects.requireNonNull(resource, "resource"));
        return this;
    }

    /**
     * Makes the orchestrator.
     *
     * @return the orchestrator, which the caller closes
     */
    public Etl build() {
        Time clock = time == null ? new SystemTime() : time;
        Map<String, Pool> made = new HashMap<>();
        pools.forEach((name, pool) -> made.put(name, pool.apply(clock)));
        Etl etl = new Etl(
                store == null ? InMemoryStateStore.create(clock) : store,
                new Listeners(listeners, listenerQueue),
                clock,
                Optional.ofNullable(executor),
                random,
                parallelism,
                Map.copyOf(made),
                drain,
                grace,
                listenerGrace,
                mostCrashes,
                List.copyOf(resources));
        if (!recovered.isEmpty()) {
            etl.keepRecovering(List.copyOf(recovered), recoveryPeriod);
        }
        return etl;
    }
}
