package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
}
