package etl.jdbc;

import static etl.jdbc.WriteQueue.Haste.COMMIT;
import static etl.jdbc.WriteQueue.Haste.HELP;
import static etl.jdbc.WriteQueue.Haste.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.spi.RowCounts;
import etl.core.spi.TaskChange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WriteQueueTest {
    private static final RunId RUN = RunId.random();

    private final AtomicLong clock = new AtomicLong();
    private final WriteQueue queue = new WriteQueue(3, 100, new LingeringStarts(Duration.ofNanos(10), clock::get));

    @Test
    void writes_are_taken_in_their_order() {
        TaskWrite first = write(0);
        TaskWrite second = write(0);
        queue.add(first, COMMIT);
        queue.add(second, COMMIT);

        assertThat(queue.take(1).writes()).containsExactly(first);
        assertThat(take()).containsExactly(second);
    }

    @Test
    void a_write_too_many_waits_until_others_are_settled() throws Exception {
        for (int i = 0; i < 3; i++) {
            queue.add(write(0), COMMIT);
        }

        assertWaitsUntilSettled(write(0));
    }

    @Test
    void an_output_too_large_for_the_room_waits_until_others_are_settled() throws Exception {
        queue.add(write(60), COMMIT);

        assertWaitsUntilSettled(write(60));
    }

    private void assertWaitsUntilSettled(TaskWrite late) throws Exception {
        CompletableFuture<Boolean> added = new CompletableFuture<>();
        Thread adding = new Thread(() -> added.complete(queue.add(late, COMMIT)));
        adding.start();
        while (adding.getState() != Thread.State.WAITING && adding.getState() != Thread.State.TERMINATED) {
            Thread.onSpinWait();
        }
        WriteQueue.Batch batch = queue.take(10);
        List<StateWrite> taken = batch.writes();

        assertThat(taken).as("what was let in at once").isNotEmpty().doesNotContain(late);
        assertThat(added).isNotDone();
        queue.settled(batch);
        assertThat(added.get()).isTrue();
        assertThat(take()).containsExactly(late);
    }

    @Test
    void an_output_larger_than_the_queue_is_let_in_alone() {
        assertThat(queue.add(write(1_000), COMMIT)).isTrue();
    }

    @Test
    void whoever_has_a_batch_does_not_wait() {
        queue.add(write(1_000), COMMIT);
        queue.take(1);

        assertThat(queue.add(write(1_000), COMMIT)).isTrue();
    }

    @Test
    void a_start_is_taken_with_its_end() {
        TaskWrite start = start();
        TaskWrite other = write("b", 0);
        TaskWrite end = write(0);
        queue.add(start, NONE);
        queue.add(other, COMMIT);
        assertThat(take()).containsExactly(other);

        queue.add(end, COMMIT);
        assertThat(take()).containsExactly(start, end);
    }

    @Test
    void a_start_without_an_end_is_taken_after_a_while() {
        TaskWrite start = start();
        queue.add(start, NONE);
        queue.add(write("b", 0), COMMIT);
        take();

        clock.set(10);

        assertThat(take()).containsExactly(start);
    }

    @Test
    void a_start_is_not_kept_back_after_the_close() {
        TaskWrite start = start();
        queue.add(start, NONE);
        queue.close();

        assertThat(take()).containsExactly(start);
        assertThat(take()).isEmpty();
    }

    @Test
    void the_start_of_a_run_is_taken_before_its_first_end_and_not_with_its_first_start() {
        RunWrite begin = new RunWrite(RUN, null, RunState.RUNNING, Instant.EPOCH, Optional.empty(), new Told());
        TaskWrite start = start();
        TaskWrite end = write(0);
        queue.add(begin, NONE);
        queue.add(start, NONE);
        assertThat(queue.poll(10)).isNull();

        queue.add(end, HELP);
        assertThat(take()).containsExactly(begin, start, end);
    }

    @Test
    void only_one_thread_has_a_batch() throws Exception {
        queue.add(write(0), HELP);
        queue.add(write(0), HELP);
        WriteQueue.Batch batch = queue.tryTake(1);

        assertThat(CompletableFuture.supplyAsync(() -> Optional.ofNullable(queue.tryTake(1)))
                        .get())
                .isEmpty();
        queue.settled(batch);
        assertThat(CompletableFuture.supplyAsync(() -> Optional.ofNullable(queue.tryTake(1)))
                        .get())
                .isPresent();
    }

    @Test
    void what_is_given_back_is_taken_again_before_the_rest() {
        TaskWrite first = write(0);
        queue.add(first, HELP);
        queue.add(write(0), COMMIT);
        queue.giveBack(queue.tryTake(1));

        WriteQueue.Batch again = queue.take(10);

        assertThat(again.writes()).containsExactly(first);
        assertThat(again.again()).isTrue();
    }

    @Test
    void what_was_queued_is_taken_after_the_close_and_nothing_is_added_after_that() {
        queue.add(write(0), COMMIT);
        queue.close();

        assertThat(take()).hasSize(1);
        assertThat(take()).isEmpty();
        assertThat(queue.add(write(0), COMMIT)).isFalse();
    }

    private List<StateWrite> take() {
        return queue.take(10).writes();
    }

    private static TaskWrite start() {
        return new TaskWrite(RUN, null, TaskChange.started("a", 1, Instant.EPOCH), null, new Told());
    }

    private static TaskWrite write(int characters) {
        return write("a", characters);
    }

    private static TaskWrite write(String task, int characters) {
        return new TaskWrite(
                RUN,
                null,
                TaskChange.succeeded(task, 1, Instant.EPOCH, RowCounts.NONE, null, String.class),
                "x".repeat(characters),
                new Told());
    }
}
