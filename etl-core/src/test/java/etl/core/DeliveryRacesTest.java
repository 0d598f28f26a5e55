package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.EngineRun;
import etl.core.spi.RunInfo;
import etl.core.spi.RunListener.Event;
import etl.core.spi.RunListener.TaskProgress;
import etl.core.spi.StoredTask;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DeliveryRacesTest {
    private static final int OFFERERS = 4;
    private static final int EVENTS = 2_000;

    private final RunInfo run = new RunInfo(RunId.random(), "orders", EngineRun.LOCAL, Optional.empty(), false);
    private final Delivery delivery = new Delivery("the listener", OFFERERS * EVENTS);
    private final List<TaskProgress> told = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger callers = new AtomicInteger();
    private final AtomicInteger mostCallers = new AtomicInteger();

    @RepeatedTest(20)
    void each_event_is_told_once_in_the_order_of_who_offers_it_and_one_at_a_time() throws Exception {
        CyclicBarrier start = new CyclicBarrier(OFFERERS);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < OFFERERS; i++) {
            int offerer = i;
            threads.add(new Thread(() -> {
                await(start);
                for (int event = 0; event < EVENTS; event++) {
                    delivery.offer(this::tell, new TaskProgress(run, "t", StoredTask.NOT_MAPPED, event, offerer));
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        delivery.close(System.nanoTime() + TimeUnit.SECONDS.toNanos(30));

        assertThat(told).hasSize(OFFERERS * EVENTS);
        for (int offerer = 0; offerer < OFFERERS; offerer++) {
            int who = offerer;
            assertThat(told.stream().filter(event -> event.total() == who).map(TaskProgress::done))
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
        assertThat(mostCallers).hasValue(1);
    }

    @RepeatedTest(20)
    void nothing_is_told_after_the_close_and_nothing_is_left_out_before() throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        Thread offerer = new Thread(() -> {
            await(start);
            for (int event = 0; event < EVENTS; event++) {
                delivery.offer(this::tell, new TaskProgress(run, "t", StoredTask.NOT_MAPPED, event, 0));
            }
        });
        offerer.start();
        await(start);
        delivery.close(System.nanoTime() + TimeUnit.SECONDS.toNanos(30));
        int toldByThen = told.size();
        offerer.join();

        assertThat(told).hasSize(toldByThen);
        assertThat(told.stream().map(TaskProgress::done))
                .containsExactlyElementsOf(
                        LongStream.range(0, toldByThen).boxed().toList());
    }

    private void tell(Event event) {
        mostCallers.accumulateAndGet(callers.incrementAndGet(), Math::max);
        told.add((TaskProgress) event);
        callers.decrementAndGet();
    }

    private static void await(CyclicBarrier start) {
        try {
            start.await();
        } catch (Exception impossible) {
            throw new AssertionError(impossible);
        }
    }
}
