package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.RunId;
import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WriteQueueTest {
    private static final RunId RUN = RunId.random();

    private final WriteQueue queue = new WriteQueue(3, 100);

    @Test
    void writes_are_taken_in_their_order() {
        TaskWrite first = write(0);
        TaskWrite second = write(0);
        queue.add(first, false);
        queue.add(second, false);

        assertThat(queue.take(1)).containsExactly(first);
        assertThat(queue.take(10)).containsExactly(second);
    }

    @Test
    void a_write_too_many_waits_until_others_are_settled() throws Exception {
        for (int i = 0; i < 3; i++) {
            queue.add(write(0), false);
        }

        assertWaitsUntilSettled(write(0));
    }

    @Test
    void an_output_too_large_for_the_room_waits_until_others_are_settled() throws Exception {
        queue.add(write(60), false);

        assertWaitsUntilSettled(write(60));
    }

    private void assertWaitsUntilSettled(TaskWrite late) throws Exception {
        CompletableFuture<Boolean> added = new CompletableFuture<>();
        Thread adding = new Thread(() -> added.complete(queue.add(late, false)));
        adding.start();
        while (adding.getState() != Thread.State.WAITING && adding.getState() != Thread.State.TERMINATED) {
            Thread.onSpinWait();
        }
        List<TaskWrite> taken = queue.take(10);

        assertThat(taken).as("what was let in at once").isNotEmpty().doesNotContain(late);
        assertThat(added).isNotDone();
        queue.settled(taken);
        assertThat(added.get()).isTrue();
        assertThat(queue.take(10)).containsExactly(late);
    }

    @Test
    void an_output_larger_than_the_queue_is_let_in_alone() {
        assertThat(queue.add(write(1_000), false)).isTrue();
    }

    @Test
    void an_urgent_write_does_not_wait() {
        queue.add(write(1_000), false);

        assertThat(queue.add(write(1_000), true)).isTrue();
    }

    @Test
    void what_was_queued_is_taken_after_the_close_and_nothing_is_added_after_that() {
        queue.add(write(0), false);
        queue.close();

        assertThat(queue.take(10)).hasSize(1);
        assertThat(queue.take(10)).isEmpty();
        assertThat(queue.add(write(0), false)).isFalse();
    }

    private static TaskWrite write(int characters) {
        return new TaskWrite(
                RUN,
                null,
                TaskChange.succeeded("a", 1, Instant.EPOCH, RowCounts.NONE, null, String.class),
                "x".repeat(characters),
                new RunJournal.Receipt() {
                    @Override
                    public void durable() {}

                    @Override
                    public void failed(StateStoreException failure) {}
                });
    }
}
