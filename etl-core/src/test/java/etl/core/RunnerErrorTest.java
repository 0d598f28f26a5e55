package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.RunJournal;
import etl.core.spi.StateStoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An error in the runner's own steps, on whatever thread, ends the execution: who waits for the run hears of it. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunnerErrorTest {
    private static final String RECEIPTS = "receipts";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ExecutorService receipts = Executors.newSingleThreadExecutor(action -> new Thread(action, RECEIPTS));
    private final AtomicBoolean broken = new AtomicBoolean();
    private final PipelineBuilder pipeline = Pipeline.named("orders");

    @AfterEach
    void close() {
        threads.shutdownNow();
        receipts.shutdownNow();
    }

    private void failIfBroken() {
        if (broken.get()) {
            throw new OutOfMemoryError("as planned");
        }
    }

    private void assertStoppedAndResumable(EtlBuilder builder) {
        Pipeline built = pipeline.build();
        try (Etl etl = builder.build()) {
            RunHandle run = etl.submit(built, Arguments.none());

            assertThatThrownBy(run::await)
                    .isInstanceOf(RunStoppedException.class)
                    .hasCauseInstanceOf(OutOfMemoryError.class);
            broken.set(false);
            assertThat(etl.resume(run.id(), built).await().state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void when_it_is_told_that_the_end_of_a_task_is_durable() {
        pipeline.task("a").run(context -> broken.set(true));
        pipeline.task("b").after("a").pool("db").run(context -> {});

        assertStoppedAndResumable(Etl.builder()
                .store(new StoreDouble() {
                    @Override
                    RunJournal.Receipt told(RunJournal.Receipt receipt) {
                        return new OnAnotherThread(receipt);
                    }
                })
                .pool("db", 1, 1, Duration.ofNanos(1))
                .time(new TimeDouble() {
                    @Override
                    public Instant instant() {
                        if (Thread.currentThread().getName().equals(RECEIPTS)) {
                            failIfBroken();
                        }
                        return super.instant();
                    }
                }));
    }

    /** The thread of a store, which goes on whatever the receiver throws. */
    private final class OnAnotherThread implements RunJournal.Receipt {
        private final RunJournal.Receipt receipt;

        OnAnotherThread(RunJournal.Receipt receipt) {
            this.receipt = receipt;
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // As a store ignores what the receiver throws.
        public void durable() {
            receipts.submit(receipt::durable);
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // As a store ignores what the receiver throws.
        public void failed(StateStoreException failure) {
            receipts.submit(() -> receipt.failed(failure));
        }
    }

    @Test
    void when_all_tasks_have_ended() {
        AtomicBoolean done = new AtomicBoolean();
        pipeline.task("a").run(context -> done.set(true));

        assertStoppedAndResumable(Etl.builder()
                .store(new StoreDouble() {
                    @Override
                    RunJournal.Receipt told(RunJournal.Receipt receipt) {
                        return new RunJournal.Receipt() {
                            @Override
                            public void durable() {
                                receipt.durable();
                                broken.set(done.get());
                            }

                            @Override
                            public void failed(StateStoreException failure) {
                                receipt.failed(failure);
                            }
                        };
                    }
                })
                .time(new TimeDouble() {
                    @Override
                    public Instant instant() {
                        failIfBroken();
                        return super.instant();
                    }
                }));
    }

    @Test
    void when_no_thread_can_be_had_for_a_retry() {
        pipeline.task("a")
                .retry(RetryPolicy.attempts(2).fixed(Duration.ofMillis(1)))
                .run(context -> {
                    if (context.attempt() == 1) {
                        broken.set(true);
                        throw new IllegalStateException("as planned");
                    }
                });

        assertStoppedAndResumable(Etl.builder().executor(action -> {
            failIfBroken();
            threads.execute(action);
        }));
    }
}
