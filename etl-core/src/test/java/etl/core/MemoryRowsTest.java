package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.RowCounts;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MemoryRowsTest {
    private static final int TASKS = 200;
    private static final int READERS = 2;
    private static final int ROUNDS = 2_000;

    private record Attempt(String taskId, int attempt, Instant startedAt) implements MemoryRows.Begun {}

    private static MemoryRows begun() {
        MemoryRows rows = new MemoryRows(TASKS);
        for (int task = 0; task < TASKS; task++) {
            assertThat(rows.begin(task, new Attempt("t" + task, 1, Instant.EPOCH)))
                    .isTrue();
        }
        return rows;
    }

    @Test
    void what_was_written_by_position_is_found_by_all_who_read_at_once() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(READERS);
        CyclicBarrier together = new CyclicBarrier(READERS);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                MemoryRows rows = begun();
                List<Future<MemoryTask>> found = new ArrayList<>();
                for (int reader = 0; reader < READERS; reader++) {
                    found.add(threads.submit(() -> {
                        together.await();
                        return Objects.requireNonNull(rows.find("t" + (TASKS - 1)));
                    }));
                }
                for (Future<MemoryTask> task : found) {
                    assertThat(task.get().state()).isEqualTo(TaskState.RUNNING);
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** A success that counts how often it is asked. */
    private static final class Asked implements MemoryRows.Succeeded {
        private int times;

        @Override
        public String taskId() {
            times++;
            return "t0";
        }

        @Override
        public Instant startedAt() {
            return Instant.EPOCH;
        }

        @Override
        public Instant endedAt() {
            return Instant.EPOCH;
        }

        @Override
        public RowCounts rows() {
            return RowCounts.NONE;
        }

        @Override
        public @Nullable Object output() {
            return "output";
        }
    }

    private static Asked success(MemoryRows rows) {
        Asked success = new Asked();
        Attempt attempt = new Attempt("t0", 1, Instant.EPOCH);
        assertThat(rows.begin(0, attempt)).isTrue();
        assertThat(rows.succeed(0, attempt, success)).isTrue();
        return success;
    }

    @Test
    void a_success_beside_another_end_is_kept_as_a_row_only() {
        MemoryRows rows = new MemoryRows(2);
        Asked success = success(rows);
        assertThat(rows.apply(TaskChange.ended("t1", 0, TaskState.SKIPPED, Instant.EPOCH)
                        .at(1)))
                .isNull();

        rows.letGo();
        int asked = success.times;

        assertThat(Objects.requireNonNull(rows.find("t0")).output()).isEqualTo("output");
        assertThat(asked).isPositive();
        assertThat(success.times).isEqualTo(asked);
    }

    @Test
    void successes_alone_are_not_made_rows_before_somebody_asks() {
        MemoryRows rows = new MemoryRows(1);
        Asked success = success(rows);

        rows.letGo();

        assertThat(success.times).isZero();
        assertThat(Objects.requireNonNull(rows.find("t0")).state()).isEqualTo(TaskState.SUCCEEDED);
    }
}
