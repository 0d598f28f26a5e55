package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunHandle;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskContext;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.spi.RowCounts;
import etl.testkit.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of the data when tasks fail, are tried again and are cancelled. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DataOfRunsTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private JdbcStateStore store;
    private Etl etl;

    @BeforeEach
    void open() {
        store = JdbcStateStore.open(postgres.databaseUrl());
        etl = Etl.builder().store(store).build();
    }

    @AfterEach
    void close() {
        etl.close();
    }

    @Test
    void a_retry_leaves_each_row_once() {
        PipelineBuilder builder = Pipeline.named("retried");
        TaskRef<Long> task = builder.task("load", Long.class)
                .retry(RetryPolicy.attempts(2).fixed(Duration.ofMillis(1)))
                .run(context -> {
                    RawData.in(store).land(context, "numbers", Stream.of(context.attempt(), 10, 20));
                    return transform(context);
                });

        RunReport report = etl.run(builder.build());

        assertThat(report.state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(report.task(task).rows()).isEqualTo(new RowCounts(3, 6, 0));
        assertThat(raw(report)).containsExactly(2, 10, 20);
        List<Integer> transformed = new ArrayList<>();
        TransformedData.in(store).read(report.id(), "numbers", Integer.class, transformed::add);
        assertThat(transformed).containsExactly(-2, -10, -20);
    }

    private long transform(TaskContext context) {
        List<TransformedRow> rows = new ArrayList<>();
        RawData.in(store)
                .read(
                        context.runId(),
                        "numbers",
                        Integer.class,
                        row -> rows.add(TransformedRow.valid(row.id(), -row.content())));
        long written = TransformedData.in(store).write(context, "numbers", rows.stream());
        if (context.attempt() == 1) {
            throw new IllegalStateException("after all is written");
        }
        return written;
    }

    @ParameterizedTest
    @CsvSource({"10, 5", "5000, 2500", "10, 9"})
    void a_task_that_is_cancelled_while_it_lands_leaves_nothing(int records, int cancelledAt) {
        CompletableFuture<RunHandle> handle = new CompletableFuture<>();
        PipelineBuilder builder = Pipeline.named("cancelled");
        TaskRef<Long> task = builder.task("load", Long.class).run(context -> {
            Stream<Integer> numbers = IntStream.range(0, records).boxed().peek(number -> {
                if (number == cancelledAt) {
                    handle.join().cancel();
                }
            });
            return RawData.in(store).land(context, "numbers", numbers);
        });

        handle.complete(etl.submit(builder.build(), Arguments.none()));
        RunReport report = handle.join().await();

        assertThat(report.state()).isEqualTo(RunState.CANCELLED);
        assertThat(report.task(task).state()).isEqualTo(TaskState.CANCELLED);
        assertThat(report.task(task).rows()).isEqualTo(RowCounts.NONE);
        assertThat(raw(report)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"10, 5", "5000, 2500", "10, 9"})
    void a_task_that_is_cancelled_while_it_transforms_leaves_nothing(int records, int cancelledAt) {
        CompletableFuture<RunHandle> handle = new CompletableFuture<>();
        PipelineBuilder builder = Pipeline.named("cancelled-later");
        TaskRef<Long> task = builder.task("load", Long.class).run(context -> {
            RawData.in(store)
                    .land(context, "numbers", IntStream.range(0, records).boxed());
            List<TransformedRow> rows = new ArrayList<>();
            RawData.in(store)
                    .read(
                            context.runId(),
                            "numbers",
                            Integer.class,
                            row -> rows.add(TransformedRow.valid(row.id(), row.content())));
            return TransformedData.in(store)
                    .write(context, "numbers", rows.stream().peek(row -> {
                        if (row.content().equals(cancelledAt)) {
                            handle.join().cancel();
                        }
                    }));
        });

        handle.complete(etl.submit(builder.build(), Arguments.none()));
        RunReport report = handle.join().await();

        assertThat(report.task(task).state()).isEqualTo(TaskState.CANCELLED);
        assertThat(report.task(task).rows()).isEqualTo(new RowCounts(records, records, 0));
        List<Integer> transformed = new ArrayList<>();
        TransformedData.in(store).read(report.id(), "numbers", Integer.class, transformed::add);
        assertThat(transformed).isEmpty();
    }

    private List<Integer> raw(RunReport report) {
        List<Integer> numbers = new ArrayList<>();
        RawData.in(store).read(report.id(), "numbers", Integer.class, row -> numbers.add(row.content()));
        return numbers;
    }
}
