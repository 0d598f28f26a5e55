package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.TaskChange;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CountedRowsTest {
    private final AtomicReference<@Nullable TaskContext> context = new AtomicReference<>();

    /** While the success is being stored, a thread that the task has left behind goes on counting. */
    private final class CountedLate extends StoreDouble {
        private boolean isSuccess;

        @Override
        void beforeWrite(TaskChange change) {
            isSuccess = change.state() == TaskState.SUCCEEDED;
        }

        @Override
        RunJournal.Receipt told(RunJournal.Receipt receipt) {
            if (isSuccess) {
                Objects.requireNonNull(context.get()).rowsRead(100);
            }
            return receipt;
        }
    }

    @Test
    void what_is_reported_of_a_success_is_what_was_stored() {
        PipelineBuilder orders = Pipeline.named("orders");
        TaskRef<?> a = orders.task("a").run(ctx -> {
            ctx.rowsRead(1);
            context.set(ctx);
        });

        try (CountedLate store = new CountedLate();
                Etl etl = Etl.builder().store(store).build()) {
            RunReport report = etl.run(orders.build()).orThrow();

            RowCounts stored = store.task(report.id(), "a").orElseThrow().rows();
            assertThat(stored).isEqualTo(new RowCounts(1, 0, 0));
            assertThat(report.task(a).rows()).isEqualTo(stored);
        }
    }
}
