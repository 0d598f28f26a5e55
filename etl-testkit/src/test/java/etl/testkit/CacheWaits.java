package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Cache;
import etl.core.Etl;
import etl.core.EtlBuilder;
import etl.core.InMemoryStateStore;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.TaskRef;
import etl.core.spi.RunListener;
import etl.core.spi.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Task runs that wait for an output that another run computes, in virtual time. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class CacheWaits {
    final ManualTime time = new ManualTime();
    final StateStore store = InMemoryStateStore.create(time);
    final Semaphore waiting = new Semaphore(0);
    final Semaphore computing = new Semaphore(0);
    final CountDownLatch release = new CountDownLatch(1);
    final AtomicInteger executions = new AtomicInteger();
    final List<Etl> opened = new ArrayList<>();

    final RunListener listener = new RunListener() {
        @Override
        public boolean synchronous() {
            return true;
        }

        @Override
        public void onCacheChecked(CacheChecked event) {
            if (event.result() == CacheResult.WAITING) {
                waiting.release();
            }
        }
    };

    Etl open(Function<EtlBuilder, EtlBuilder> settings) {
        Etl etl = settings.apply(Etl.builder().store(store).time(time).listener(listener))
                .build();
        opened.add(etl);
        return etl;
    }

    @AfterEach
    void close() {
        release.countDown();
        opened.forEach(Etl::close);
    }

    int compute() throws InterruptedException {
        int number = executions.incrementAndGet();
        computing.release();
        release.await();
        return number;
    }

    int computeUnlessFirst() throws InterruptedException {
        int number = compute();
        if (number == 1) {
            throw new IllegalStateException("the first one");
        }
        return number;
    }

    TaskRef<Integer> slow(PipelineBuilder builder) {
        return builder.task("slow", Integer.class).cache(Cache.version("1")).run(ctx -> compute());
    }

    /** Starts a run whose task computes. */
    RunHandle computing(Etl etl, Pipeline pipeline) throws InterruptedException {
        RunHandle run = etl.submit(pipeline, Arguments.none());
        await(computing, 1);
        return run;
    }

    /** Starts a run whose task waits for another one's output. */
    RunHandle waiting(Etl etl, Pipeline pipeline) throws InterruptedException {
        RunHandle run = etl.submit(pipeline, Arguments.none());
        await(waiting, 1);
        return run;
    }

    void await(Semaphore told, int times) throws InterruptedException {
        assertThat(told.tryAcquire(times, 60, TimeUnit.SECONDS)).isTrue();
    }
}
