package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.RunListener;
import etl.core.spi.StateStore;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

/** Runs whose outputs are reused, and what their listener is told. */
abstract class CachedRuns {
    final Queue<RunListener.CacheResult> results = new ConcurrentLinkedQueue<>();
    final Queue<RunListener.TaskEnded> ends = new ConcurrentLinkedQueue<>();
    final StateStore store = InMemoryStateStore.create();

    final Etl etl = Etl.builder()
            .store(store)
            .listener(new RunListener() {
                @Override
                public boolean synchronous() {
                    return true;
                }

                @Override
                public void onCacheChecked(CacheChecked event) {
                    results.add(event.result());
                }

                @Override
                public void onTaskEnded(TaskEnded event) {
                    ends.add(event);
                }
            })
            .build();
    final AtomicInteger executions = new AtomicInteger();

    @AfterEach
    void close() {
        etl.close();
    }

    static void assertCached(RunReport run, boolean cached, TaskRef<?>... tasks) {
        for (TaskRef<?> task : tasks) {
            assertThat(run.task(task).state()).isEqualTo(TaskState.SUCCEEDED);
            assertThat(run.task(task).isCached()).as("%s is cached", task).isEqualTo(cached);
        }
    }
}
