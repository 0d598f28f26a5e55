package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.EngineRun;
import etl.core.spi.ErrorInfo;
import etl.core.spi.NewRun;
import etl.core.spi.RowCounts;
import etl.core.spi.RunOwnedException;
import etl.core.spi.TaskChange;
import etl.testkit.PostgresExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The simulated database does what PostgreSQL does: the same transactions, in random order, have the same results. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SimulatedDatabaseTest {
    private static final Instant NOON = Instant.parse("2001-01-01T12:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final List<String> OWNERS = List.of("one", "other");
    private static final List<String> TASKS = List.of("a", "b");
    private static final ErrorInfo ERROR = new ErrorInfo("java.io.IOException", "no route", "at here");
    private static final int SEQUENCES = 10;
    private static final int TRANSACTIONS = 30;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static JdbcStateStore store;
    private static Database real;

    private long micros;

    @BeforeAll
    static void open() {
        store = JdbcStateStore.open(postgres.databaseUrl());
        real = store.database();
    }

    @AfterAll
    static void close() {
        store.close();
    }

    /** What two databases answer is compared as text. */
    @FunctionalInterface
    private interface Transaction {
        Object in(BatchStore batches, LeaseStore leases, RunStore runs) throws SQLException;
    }

    /** One run in both databases, and what happens to it. */
    private final class Twins {
        private final SplittableRandom random;
        private final NewRun run;
        private final SimulatedDatabase simulated =
                new SimulatedDatabase(() -> micros, Defect.NONE, SimulatedDatabase.Watch.NOBODY);
        private final BatchStore batches = new JdbcBatchStore(real);
        private final LeaseStore leases = new JdbcLeaseStore(real);
        private final RunStore runs = new JdbcRunStore(real);
        private final Map<TaskWrite.Row, TaskChange> ends = new HashMap<>();
        private List<StateWrite> last = List.of();
        private int attempt = 1;
        private int first = 1;
        private int accepted;

        Twins(long seed) {
            random = new SplittableRandom(seed);
            run = new NewRun(
                    RunId.random(),
                    "orders",
                    "f00d",
                    Optional.empty(),
                    Map.of(),
                    EngineRun.LOCAL,
                    TASKS.size(),
                    NOON,
                    Optional.empty(),
                    false);
            assertThat(store.create(run)).isTrue();
            simulated.insert(run, store.leases().owner(), store.leases().length());
        }

        private RunId id() {
            return run.id();
        }

        private SimulatedRun row() {
            return simulated.runs().iterator().next();
        }

        /** With the epoch of the run, mostly. */
        private Lease lease() {
            return new Lease(id(), row().epoch - (random.nextInt(6) == 0 ? 1 : 0), Long.MAX_VALUE, ProcessTime.SYSTEM);
        }

        private Instant time() {
            return NOON.plusSeconds(random.nextInt(3));
        }

        private String owner() {
            return OWNERS.get(random.nextInt(OWNERS.size()));
        }

        void go(int step) throws SQLException {
            micros += 1_000_000;
            switch (random.nextInt(12)) {
                case 0 -> runOut();
                case 1 -> {
                    String owner = owner();
                    both("take", (batches, leases, runs) -> leases.take(id(), owner, HOUR));
                }
                case 2 -> {
                    String owner = owner();
                    both("prolong", (batches, leases, runs) -> leases.prolong(List.of(id()), owner, HOUR));
                }
                case 3 -> {
                    Lease lease = lease();
                    both("release", (batches, leases, runs) -> {
                        leases.release(id(), lease.epoch());
                        return "";
                    });
                }
                case 4 -> {
                    Lease lease = random.nextInt(4) == 0 ? null : lease();
                    Set<String> again = random.nextInt(3) == 0 ? Set.of("a") : Set.of();
                    both("reopen", (batches, leases, runs) -> runs.reopen(id(), lease, again));
                    attempt += 2;
                    first = attempt;
                    last = List.of();
                }
                case 5 -> write(List.of(runWrite(lease())));
                default -> batch();
            }
            compareRows(step);
        }

        private void runOut() throws SQLException {
            postgres.execute("update etl.pipeline_runs set lease_until = now() - interval '1 second'"
                    + " where lease_until is not null and run_id = '" + id() + "'");
            if (row().leaseUntil != null) {
                row().leaseUntil = micros - 1;
            }
        }

        private void batch() throws SQLException {
            boolean again = random.nextInt(4) == 0 && !last.isEmpty();
            List<StateWrite> batch = again ? last : new ArrayList<>();
            if (!again) {
                Lease one = lease();
                Lease other = lease();
                int size = 1 + random.nextInt(6);
                for (int tries = 0; batch.isEmpty() || (batch.size() < size && tries < 10); tries++) {
                    Lease lease = random.nextInt(4) == 0 ? other : one;
                    add(batch, random.nextInt(12) == 0 ? null : lease);
                }
                if (random.nextInt(4) == 0) {
                    batch.add(random.nextInt(batch.size() + 1), runWrite(random.nextBoolean() ? one : other));
                }
            }
            write(batch);
        }

        /** Mostly that the run begins, since nothing follows its end but a reopening. */
        private RunWrite runWrite(Lease lease) {
            RunState state = random.nextInt(3) > 0
                    ? RunState.RUNNING
                    : random.nextBoolean() ? RunState.FAILED : RunState.SUCCEEDED;
            Optional<ErrorInfo> error = state == RunState.FAILED ? Optional.of(ERROR) : Optional.empty();
            return new RunWrite(id(), lease, state, time(), error, new Told());
        }

        private void write(List<StateWrite> batch) throws SQLException {
            last = batch;
            String what = "batch "
                    + batch.stream().map(SimulatedDatabaseTest::shown).toList() + " on " + simulated.rows(id());
            both(what, (batches, leases, runs) -> {
                BatchStore.Unwritten unwritten = batches.apply(batch);
                accepted += batch.size() - unwritten.refused().size();
                return epochs(unwritten.lost()) + " " + refused(batch, unwritten);
            });
        }

        /**
         * As the runner does: the start and the end of an attempt are always the same, though not always there, and attempts
         * after a reopening have higher numbers than those before.
         */
        private void add(List<StateWrite> batch, @Nullable Lease lease) {
            String task = TASKS.get(random.nextInt(TASKS.size()));
            int number = Math.max(first, attempt + random.nextInt(4) / 3 - random.nextInt(5) / 4);
            boolean element = random.nextInt(8) == 0;
            if (SortedWrites.of(batch).tasks().stream()
                    .anyMatch(before -> before.change().taskId().equals(task)
                            && before.change().attempt() == number)) {
                return;
            }
            Instant at = NOON.plusSeconds(10L * number);
            if (random.nextInt(4) > 0) {
                add(batch, lease, TaskChange.started(task, number, at), element);
            }
            if (random.nextInt(3) > 0) {
                TaskChange end = ends.computeIfAbsent(
                        new TaskWrite.Row(id(), task + number, element ? 0 : -1), any -> end(task, number, at));
                attempt = Math.max(attempt, end.state() == TaskState.RETRYING ? number + 1 : number);
                add(batch, lease, end, element);
            } else if (random.nextInt(4) == 0) {
                add(batch, lease, TaskChange.ended(task, 0, TaskState.UPSTREAM_FAILED, at), element);
            }
        }

        private TaskChange end(String task, int number, Instant start) {
            Instant at = start.plusSeconds(1 + random.nextInt(3));
            RowCounts rows = new RowCounts(random.nextInt(2), 0, 0);
            return switch (random.nextInt(8)) {
                case 0 -> TaskChange.failed(task, number, TaskState.FAILED, at, rows, ERROR);
                case 1, 2 -> TaskChange.failed(task, number, TaskState.RETRYING, at, rows, ERROR);
                case 3 -> TaskChange.skipped(task, number, at, rows, ERROR);
                case 4 -> TaskChange.ended(task, number, TaskState.CANCELLED, at);
                default -> TaskChange.succeeded(task, number, at, rows, number, Integer.class);
            };
        }

        private void add(List<StateWrite> batch, @Nullable Lease lease, TaskChange change, boolean element) {
            String output = change.state() == TaskState.SUCCEEDED ? String.valueOf(change.output()) : null;
            batch.add(new TaskWrite(id(), lease, element ? change.ofElement(0) : change, output, new Told()));
        }

        private void both(String what, Transaction transaction) throws SQLException {
            assertThat(result(transaction, batches, leases, runs))
                    .as(what)
                    .isEqualTo(result(transaction, simulated, simulated, simulated));
        }

        private static String result(Transaction transaction, BatchStore batches, LeaseStore leases, RunStore runs)
                throws SQLException {
            try {
                return String.valueOf(transaction.in(batches, leases, runs));
            } catch (RunOwnedException refused) {
                return "owned";
            }
        }

        private void compareRows(int step) throws SQLException {
            assertThat(store.find(id())).as("run after step " + step).isEqualTo(simulated.find(id()));
            assertThat(store.tasks(id())).as("tasks after step " + step).isEqualTo(simulated.tasks(id()));
            assertThat(Query.strings(
                            postgres.dataSource(),
                            "select map_index || task_id || coalesce(output::text, '-') from etl.pipeline_tasks"
                                    + " where run_id = '" + id() + "' order by task_id, map_index"))
                    .as("outputs after step " + step)
                    .isEqualTo(simulated.rows(id()).stream()
                            .map(row -> row.key().mapIndex()
                                    + row.key().taskId()
                                    + (row.output() == null ? "-" : row.output()))
                            .toList());
        }
    }

    private static Set<Long> epochs(Collection<Lease> leases) {
        return leases.stream().map(Lease::epoch).collect(Collectors.toCollection(TreeSet::new));
    }

    /** A start counts as written with its end: the two may be one statement. */
    private static Set<Integer> refused(List<StateWrite> batch, BatchStore.Unwritten unwritten) {
        Set<Integer> refused = new TreeSet<>();
        for (int i = 0; i < batch.size(); i++) {
            StateWrite write = batch.get(i);
            if (unwritten.refused().contains(write) && !hasEnd(write, batch.subList(i + 1, batch.size()), unwritten)) {
                refused.add(i);
            }
        }
        return refused;
    }

    private static boolean hasEnd(StateWrite write, List<StateWrite> later, BatchStore.Unwritten unwritten) {
        return write instanceof TaskWrite start
                && SortedWrites.of(later).tasks().stream()
                        .anyMatch(end -> end.row().equals(start.row())
                                && end.change().attempt() == start.change().attempt()
                                && isWritten(end, unwritten));
    }

    private static boolean isWritten(StateWrite write, BatchStore.Unwritten unwritten) {
        Lease lease = write.lease();
        return !unwritten.refused().contains(write)
                && (lease == null || !unwritten.lost().contains(lease));
    }

    private static String shown(StateWrite write) {
        String what = write instanceof TaskWrite task ? shown(task.change()) : String.valueOf(write);
        return what + (write.lease() == null ? "" : " epoch " + write.lease().epoch());
    }

    private static String shown(TaskChange change) {
        return change.taskId() + change.mapIndex() + " " + change.attempt() + " " + change.state() + " "
                + change.at().getEpochSecond() % 60;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void both_databases_answer_the_same_and_store_the_same(int share) throws SQLException {
        int accepted = 0;
        for (long seed = (long) share * SEQUENCES; seed < (share + 1L) * SEQUENCES; seed++) {
            Twins twins = new Twins(seed);
            for (int step = 0; step < TRANSACTIONS; step++) {
                try {
                    twins.go(step);
                } catch (AssertionError | SQLException difference) {
                    throw new AssertionError("seed " + seed + ", step " + step, difference);
                }
            }
            accepted += twins.accepted;
        }
        assertThat(accepted).as("writes that were accepted").isGreaterThan(SEQUENCES * 20);
    }
}
