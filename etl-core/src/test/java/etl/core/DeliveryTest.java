package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.EngineRun;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import etl.core.spi.RunInfo;
import etl.core.spi.RunListener.Event;
import etl.core.spi.RunListener.RunEnded;
import etl.core.spi.RunListener.TaskEnded;
import etl.core.spi.RunListener.TaskProgress;
import etl.core.spi.StoredTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DeliveryTest {
    private final RunInfo run = new RunInfo(RunId.random(), "orders", EngineRun.LOCAL, Optional.empty(), false);
    private final List<Event> told = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch busy = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final Delivery delivery = new Delivery("the listener", 4);

    /** Holds the thread of the delivery at the first event, so that the others have to wait. */
    private void slow(Event event) {
        busy.countDown();
        try {
            release.await();
            told.add(event);
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void events_are_told_in_their_order() {
        Delivery roomy = new Delivery("the listener", 100_000);
        List<Event> events = IntStream.range(0, 30_000).mapToObj(this::any).toList();

        events.forEach(event -> roomy.offer(told::add, event));
        closed(roomy);

        assertThat(told).isEqualTo(events);
    }

    @Test
    void progress_is_dropped_first_and_then_the_oldest_event() {
        offerToBusy(progress(1), ended("a"), progress(2), ended("b"), ended("c"), ended("d"), ended("e"));

        assertThat(told.subList(1, told.size())).containsExactly(ended("b"), ended("c"), ended("d"), ended("e"));
    }

    @Test
    void the_newest_progress_replaces_older_one() {
        offerToBusy(ended("a"), ended("b"), progress(1), progress(2), progress(3), progress(4));

        assertThat(told.subList(1, told.size())).containsExactly(ended("a"), ended("b"), progress(3), progress(4));
    }

    @Test
    void progress_does_not_displace_other_events() {
        offerToBusy(ended("a"), ended("b"), ended("c"), ended("d"), progress(1));

        assertThat(told.subList(1, told.size())).containsExactly(ended("a"), ended("b"), ended("c"), ended("d"));
    }

    @Test
    void the_end_of_a_run_is_never_dropped() {
        RunEnded end = new RunEnded(run, RunState.FAILED, Duration.ZERO, Optional.empty());
        offerToBusy(end, end, end, end, end, end, ended("a"), progress(1));

        assertThat(told.subList(1, told.size())).containsExactly(end, end, end, end, end, end);
    }

    @Test
    void a_failure_of_the_receiver_is_followed_by_the_next_event() {
        delivery.offer(
                event -> {
                    throw new AssertionError("first");
                },
                ended("a"));
        delivery.offer(told::add, ended("b"));
        closed(delivery);

        assertThat(told).containsExactly(ended("b"));
    }

    @Test
    void an_interrupt_by_the_receiver_itself_loses_nothing() {
        delivery.offer(event -> Thread.currentThread().interrupt(), ended("a"));
        delivery.offer(told::add, ended("b"));
        closed(delivery);

        assertThat(told).containsExactly(ended("b"));
    }

    @Test
    void closing_gives_up_a_receiver_that_never_returns() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(1);
        delivery.offer(
                event -> {
                    try {
                        release.await();
                    } catch (InterruptedException givenUp) {
                        interrupted.countDown();
                    }
                },
                ended("a"));
        delivery.offer(told::add, ended("b"));

        delivery.close(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20));

        assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(told).isEmpty();
    }

    @Test
    void a_million_events_for_a_listener_that_does_not_return_stay_in_bounded_memory() throws InterruptedException {
        Delivery bounded = new Delivery("the listener", 1_000);
        bounded.offer(this::slow, ended("first"));
        busy.await();
        for (int i = 0; i < 1_000_000; i++) {
            // 2 kB each: all of them together would not fit into the heap of this test.
            ErrorInfo error = new ErrorInfo("E", Integer.toString(i), "x".repeat(2_048));
            bounded.offer(
                    this::slow,
                    new TaskEnded(
                            run,
                            "t",
                            StoredTask.NOT_MAPPED,
                            1,
                            TaskState.FAILED,
                            Duration.ZERO,
                            RowCounts.NONE,
                            Optional.of(error),
                            Optional.empty()));
        }
        release.countDown();
        closed(bounded);

        assertThat(told).hasSizeBetween(1_000, 1_200);
        assertThat(told.get(told.size() - 1))
                .isInstanceOfSatisfying(
                        TaskEnded.class,
                        event -> assertThat(event.error().orElseThrow().message())
                                .isEqualTo("999999"));
    }

    private void offerToBusy(Event... events) {
        delivery.offer(this::slow, ended("first"));
        try {
            busy.await();
        } catch (InterruptedException interruption) {
            throw new AssertionError(interruption);
        }
        for (Event event : events) {
            delivery.offer(this::slow, event);
        }
        release.countDown();
        closed(delivery);
    }

    private static void closed(Delivery delivery) {
        delivery.close(System.nanoTime() + TimeUnit.SECONDS.toNanos(30));
    }

    private Event any(int number) {
        return switch (number % 3) {
            case 0 -> progress(number);
            case 1 -> ended("t" + number);
            default -> new RunEnded(run, RunState.SUCCEEDED, Duration.ofSeconds(number), Optional.empty());
        };
    }

    private TaskProgress progress(int done) {
        return new TaskProgress(run, "t", StoredTask.NOT_MAPPED, done, 100);
    }

    private TaskEnded ended(String task) {
        return new TaskEnded(
                run,
                task,
                StoredTask.NOT_MAPPED,
                1,
                TaskState.SUCCEEDED,
                Duration.ZERO,
                RowCounts.NONE,
                Optional.empty(),
                Optional.empty());
    }
}
