package etl.jdbc;

import etl.core.Arguments;
import etl.core.Pipeline;
import etl.core.RunId;
import etl.core.RunOptions;
import etl.core.TaskContext;
import etl.core.TaskRef;
import etl.core.spi.RunLostException;
import etl.core.spi.StateStoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One schedule: a few processes, one database, runs of one pipeline, and what goes wrong, all of it decided by a seed. After
 * a while nothing goes wrong any more, and then every run has to come to its end.
 */
final class SimulatedWorld {
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final long MICROS = LEASE.toNanos() / 1_000;
    private static final int MOST_RUNS = 2;
    private static final int MOST_TROUBLES = 6;
    private static final long ENOUGH = 60 * MICROS;

    private final VirtualTime time = new VirtualTime();
    private final SplittableRandom random;
    private final SimulatedPipeline pipeline;
    private final Weather weather;
    private final DatabaseLocks locks = new DatabaseLocks(time);
    private final Invariants invariants = new Invariants(time, MICROS);
    private final Defect defect;
    private final SimulatedDatabase database;
    private final List<SimulatedProcess> processes = new ArrayList<>();
    private final List<RunId> runIds = new ArrayList<>();
    private final long fairFrom;
    private boolean inputsWereUnreadable;
    private int born;

    SimulatedWorld(long seed, Defect defect) {
        this.random = new SplittableRandom(seed);
        this.defect = defect;
        this.pipeline = SimulatedPipeline.any(random);
        this.weather = new Weather(random, MICROS);
        this.database = new SimulatedDatabase(locks::now, defect, invariants);
        this.fairFrom = random.nextLong(4 * MICROS);
        int runs = 1 + random.nextInt(MOST_RUNS);
        for (int run = 0; run < runs; run++) {
            runIds.add(RunId.ofKey(pipeline().name(), Integer.toString(run)));
        }
    }

    static SimulatedWorld ofThisProcess() {
        return ((SimulatedProcess) VirtualTime.here()).world();
    }

    VirtualTime time() {
        return time;
    }

    SplittableRandom random() {
        return random;
    }

    Duration lease() {
        return LEASE;
    }

    Pipeline pipeline() {
        return pipeline.pipeline();
    }

    SimulatedDatabase database() {
        return database;
    }

    Invariants invariants() {
        return invariants;
    }

    List<RunId> runIds() {
        return runIds;
    }

    SimulatedConnection connection(SimulatedProcess process) {
        return new SimulatedConnection(process, database, locks, time, weather, defect);
    }

    /** How long the code of a task goes on at most after it was interrupted. */
    static long reaction(long lease) {
        return lease / 10;
    }

    // --- the code of tasks ------------------------------------------------------------------------------------------

    long input(TaskContext context, TaskRef<Long> task) {
        try {
            return context.output(task).orElseThrow();
        } catch (RunLostException lost) {
            throw lost;
        } catch (StateStoreException unreadable) {
            inputsWereUnreadable = true;
            throw unreadable;
        }
    }

    void execute(TaskContext context, List<String> upstream, boolean inputsAreRight) throws InterruptedException {
        SimulatedProcess process = (SimulatedProcess) VirtualTime.here();
        if (process.isDead()) {
            throw new VirtualTime.Killed();
        }
        if (!inputsAreRight) {
            invariants.violated("task " + context.taskId() + " has read other inputs than were written");
        }
        Invariants.Execution execution =
                invariants.begins(process, database, context.runId(), context.taskId(), context.attempt(), upstream);
        try {
            if (time.sleep(duration(), context::isCancelled, random.nextLong(reaction(MICROS)))) {
                throw new InterruptedException();
            }
        } finally {
            invariants.ends(execution);
        }
    }

    private long duration() {
        int dice = random.nextInt(20);
        if (dice < 9) {
            return 0;
        }
        return dice < 19 ? random.nextLong(MICROS / 10) : random.nextLong(2 * MICROS);
    }

    // --- what goes wrong --------------------------------------------------------------------------------------------

    private void bear() {
        time.note(() -> "process " + born + " begins");
        processes.add(new SimulatedProcess("process " + born++, this));
    }

    private List<SimulatedProcess> alive() {
        return processes.stream().filter(process -> !process.isDead()).toList();
    }

    private void trouble() {
        List<SimulatedProcess> alive = alive();
        if (alive.isEmpty()) {
            bear();
            return;
        }
        SimulatedProcess process = alive.get(random.nextInt(alive.size()));
        switch (random.nextInt(5)) {
            case 0, 1 -> {
                time.kill(process);
                invariants.dies(process);
                time.after(random.nextLong(2 * MICROS), null, this::bear);
            }
            case 2 -> time.suspend(process, random.nextLong(3 * MICROS));
            case 3 -> cutOff(List.of(process), random.nextLong(2 * MICROS));
            default -> cutOff(alive, random.nextLong(2 * MICROS));
        }
    }

    private void cutOff(List<SimulatedProcess> some, long duration) {
        time.note(() -> some + " cannot reach the database for " + duration / 1_000 + " ms");
        some.forEach(process -> process.cutOff(true));
        time.after(duration, null, () -> some.forEach(process -> process.cutOff(false)));
    }

    private void beFair() {
        time.note(() -> "from now on nothing goes wrong");
        weather.clearsUp();
        processes.forEach(process -> process.cutOff(false));
    }

    // --- the course of it -------------------------------------------------------------------------------------------

    /** The violation that was found, or null. */
    @Nullable
    String run() {
        int first = 1 + random.nextInt(3);
        for (int process = 0; process < first; process++) {
            time.after(random.nextLong(MICROS / 2), null, this::bear);
        }
        int troubles = random.nextInt(MOST_TROUBLES + 1);
        for (int trouble = 0; trouble < troubles; trouble++) {
            time.after(random.nextLong(fairFrom + 1), null, this::trouble);
        }
        time.after(fairFrom, null, this::beFair);
        time.after(MICROS / 2, null, this::submit);
        time.after(fairFrom + MICROS, null, this::look);
        time.run();
        if (time.defect() != null) {
            invariants.violated(String.valueOf(time.defect()));
        }
        if (invariants.violation() == null) {
            invariants.atTheEnd(database, pipeline, inputsWereUnreadable);
        }
        time.unwind();
        return invariants.violation();
    }

    /** By one process at a time, until the run is recorded. */
    private void submit() {
        boolean all = true;
        for (int run = 0; run < runIds.size(); run++) {
            if (database.find(runIds.get(run)).isEmpty()) {
                all = false;
                String key = Integer.toString(run);
                alive().stream()
                        .filter(process -> !process.isSubmitting())
                        .findFirst()
                        .ifPresent(process -> process.submit(() -> submit(process, key)));
                break;
            }
        }
        if (!all) {
            time.after(MICROS / 6, null, this::submit);
        }
    }

    private void submit(SimulatedProcess process, String key) {
        if (database.find(RunId.ofKey(pipeline().name(), key)).isEmpty()) {
            process.etl().submit(pipeline(), Arguments.none(), RunOptions.none().key(key));
        }
    }

    private boolean isOver() {
        return database.runs().size() == runIds.size()
                && database.runs().stream().noneMatch(SimulatedRun::isUnfinished);
    }

    /** What still goes on when all runs have ended, such as zombies, has some time to do harm. */
    private void look() {
        if (isOver() || time.now() > fairFrom + ENOUGH) {
            time.after(4 * MICROS, null, time::stop);
        } else {
            time.after(MICROS / 3, null, this::look);
        }
    }
}
