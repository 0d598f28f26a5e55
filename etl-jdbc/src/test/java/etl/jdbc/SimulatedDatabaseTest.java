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
    private static final int SEQUENCES = 40;
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
        private List<TaskWrite> last = List.of();
        private int attempt = 1;
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
            RunsTable runs =
                    new RunsTable(new PatientDatabase(real, store.leases().length()));
            assertThat(runs.insert(run, store.leases())).isTrue();
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
                    Lease lease = lease();
                    Set<String> again = random.nextInt(3) == 0 ? Set.of("a") : Set.of();
                    both("reopen", (batches, leases, runs) -> runs.reopen(id(), lease, again));
                    attempt++;
                }
                case 5 -> {
                    Lease lease = lease();
                    Instant at = time();
                    RunState end = random.nextBoolean() ? RunState.FAILED : RunState.SUCCEEDED;
                    both(
                            "start or end",
                            (batches, leases, runs) -> end == RunState.FAILED
                                    ? runs.end(id(), lease, end, at, Optional.of(ERROR))
                                    : runs.start(id(), lease, at));
                }
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
            List<TaskWrite> batch = again ? last : new ArrayList<>();
            if (!again) {
                Lease one = lease();
                Lease other = lease();
                int size = 1 + random.nextInt(6);
                for (int i = 0; i < size; i++) {
                    Lease lease = random.nextInt(4) == 0 ? other : one;
                    add(batch, random.nextInt(12) == 0 ? null : lease);
                }
            }
            last = batch;
            both("batch " + batch.stream().map(SimulatedDatabaseTest::shown).toList(), (batches, leases, runs) -> {
                BatchStore.Unwritten unwritten = batches.apply(batch);
                accepted += batch.size() - unwritten.refused().size();
                Set<Integer> refused = new TreeSet<>();
                unwritten.refused().forEach(write -> refused.add(batch.indexOf(write)));
                return epochs(unwritten.lost()) + " " + refused;
            });
        }

        private void add(List<TaskWrite> batch, @Nullable Lease lease) {
            String task = TASKS.get(random.nextInt(TASKS.size()));
            int number = Math.max(1, attempt + random.nextInt(4) / 3 - random.nextInt(5) / 4);
            TaskChange start = TaskChange.started(task, number, time());
            if (random.nextInt(3) > 0) {
                add(batch, lease, start, null);
            }
            Instant at = time();
            RowCounts rows = new RowCounts(random.nextInt(2), 0, 0);
            switch (random.nextInt(9)) {
                case 0, 1, 2 ->
                    add(batch, lease, TaskChange.succeeded(task, number, at, rows, number, Integer.class), "" + number);
                case 3 -> add(batch, lease, TaskChange.failed(task, number, TaskState.FAILED, at, rows, ERROR), null);
                case 4 -> {
                    add(batch, lease, TaskChange.failed(task, number, TaskState.RETRYING, at, rows, ERROR), null);
                    attempt = Math.max(attempt, number + 1);
                }
                case 5 -> add(batch, lease, TaskChange.skipped(task, number, at, rows, ERROR), null);
                case 6 -> add(batch, lease, TaskChange.ended(task, number, TaskState.CANCELLED, at), null);
                case 7 -> add(batch, lease, TaskChange.ended(task, 0, TaskState.UPSTREAM_FAILED, at), null);
                default -> add(batch, lease, start, null);
            }
        }

        private void add(List<TaskWrite> batch, @Nullable Lease lease, TaskChange change, @Nullable String output) {
            TaskChange changed = random.nextInt(8) == 0 ? change.ofElement(0) : change;
            batch.add(new TaskWrite(id(), lease, changed, output, new Told()));
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

    private static String shown(TaskWrite write) {
        TaskChange change = write.change();
        return change.taskId() + change.mapIndex() + " " + change.attempt() + " " + change.state() + " "
                + change.at().getEpochSecond() % 60
                + (write.lease() == null ? "" : " epoch " + write.lease().epoch());
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
