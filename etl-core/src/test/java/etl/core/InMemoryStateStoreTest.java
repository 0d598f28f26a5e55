package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.RunJournal;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the in-memory store forgets. */
@Timeout(60)
class InMemoryStateStoreTest {
    private final AtomicInteger executed = new AtomicInteger();
    private final AtomicBoolean fails = new AtomicBoolean(true);

    private Pipeline orders() {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<?> first = builder.task("first").run(ctx -> executed.incrementAndGet());
        builder.task("second").after(first).run(ctx -> {
            if (fails.getAndSet(false)) {
                throw new IllegalStateException("as planned");
            }
        });
        return builder.build();
    }

    private static void runManyOthers(Etl etl) {
        PipelineBuilder builder = Pipeline.named("other");
        builder.task("only").run(ctx -> {});
        Pipeline other = builder.build();
        for (int run = 0; run < 120; run++) {
            etl.run(other).orThrow();
        }
    }

    @Test
    void a_run_that_is_about_to_be_resumed_is_not_forgotten() {
        Pipeline pipeline = orders();
        InMemoryStateStore store = InMemoryStateStore.create();
        AtomicBoolean slow = new AtomicBoolean();
        StoreDouble shared = new StoreDouble(store) {
            @Override
            public RunJournal journal(RunId run) {
                RunJournal journal = super.journal(run);
                if (slow.getAndSet(false)) {
                    try (Etl meanwhile = Etl.builder().store(this).build()) {
                        runManyOthers(meanwhile);
                    }
                }
                return journal;
            }

            @Override
            public void close() {}
        };
        try (Etl etl = Etl.builder().store(shared).build()) {
            RunId failed = etl.run(pipeline).id();
            slow.set(true);

            etl.resume(failed, pipeline).await().orThrow();
        }
        assertThat(executed).hasValue(1);
    }

    @Test
    void of_runs_that_have_ended_the_newest_hundred_are_kept() {
        fails.set(false);
        try (Etl etl = Etl.inMemory()) {
            RunId first = etl.run(orders()).id();
            runManyOthers(etl);

            assertThat(etl.store().find(first)).isEmpty();
            assertThat(etl.store().recent(1_000)).hasSizeBetween(100, 101);
        }
    }
}
