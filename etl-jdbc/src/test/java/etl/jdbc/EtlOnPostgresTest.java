package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.GenericType;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.ResumeRefusedException;
import etl.core.RetryPolicy;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import etl.testkit.PostgresExtension;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EtlOnPostgresTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    enum Kind {
        NEW,
        OLD
    }

    record Order(long id, String customer, BigDecimal amount, LocalDate day, Kind kind, List<String> tags) {}

    private static final List<Order> ORDERS = List.of(
            new Order(
                    1,
                    "it's \"A\"\n\uD83D\uDE00",
                    new BigDecimal("10.50"),
                    LocalDate.of(2000, 2, 29),
                    Kind.NEW,
                    List.of()),
            new Order(Long.MAX_VALUE, "", new BigDecimal("-0.01"), LocalDate.MIN, Kind.OLD, List.of("a", "b")));

    private final List<String> executed = new CopyOnWriteArrayList<>();
    private final List<Object> received = new CopyOnWriteArrayList<>();
    private final AtomicBoolean broken = new AtomicBoolean(true);

    /** Fails in its last task while it is broken; the last task receives what the others returned. */
    private Pipeline orders(String lastTask) {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<List<Order>> list = builder.task("list", new GenericType<List<Order>>() {})
                .run(context -> {
                    executed.add("list");
                    return ORDERS;
                });
        TaskRef<Map<String, Instant>> times = builder.task("times", new GenericType<Map<String, Instant>>() {})
                .run(context -> {
                    executed.add("times");
                    return Map.of("noon", Instant.parse("2001-01-01T12:00:00.123456789Z"));
                });
        TaskRef<LocalDateTime> local = builder.task("local", LocalDateTime.class)
                .from(list)
                .run((context, orders) -> {
                    executed.add("local");
                    return LocalDateTime.of(2001, 3, 25, 2, 30, 0, 1);
                });
        builder.task(lastTask, Integer.class).from(list, times, local).run((context, orders, map, at) -> {
            executed.add(lastTask);
            if (broken.get()) {
                throw new IllegalStateException("broken");
            }
            received.addAll(List.of(orders, map, at));
            return orders.size();
        });
        return builder.build();
    }

    @Test
    void a_failed_run_is_resumed_by_another_process_with_the_outputs_it_had() {
        RunId id;
        try (Etl etl = etl()) {
            RunReport report = etl.run(orders("last"));
            assertThat(report.state()).isEqualTo(RunState.FAILED);
            id = report.id();
        }
        assertThat(executed).containsExactlyInAnyOrder("list", "times", "local", "last");
        executed.clear();
        broken.set(false);

        try (Etl etl = etl()) {
            RunReport report = etl.resume(id, orders("last")).await().orThrow();

            assertThat(report.id()).isEqualTo(id);
            assertThat(etl.store().find(id).orElseThrow().state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(etl.store().output(id, "last", Integer.class)).isEqualTo(2);
        }
        assertThat(executed).containsExactly("last");
        assertThat(received)
                .containsExactly(
                        ORDERS,
                        Map.of("noon", Instant.parse("2001-01-01T12:00:00.123456789Z")),
                        LocalDateTime.of(2001, 3, 25, 2, 30, 0, 1));
    }

    @Test
    void a_resumed_run_keeps_the_attempts_it_had() {
        RunId id;
        try (Etl etl = etl()) {
            id = etl.run(orders("last")).id();
        }
        broken.set(false);
        try (Etl etl = etl()) {
            etl.resume(id, orders("last")).await().orThrow();

            StoredTask last = etl.store().task(id, "last").orElseThrow();
            assertThat(last.attempts())
                    .extracting(StoredAttempt::attempt, StoredAttempt::state)
                    .containsExactly(tuple(1, TaskState.FAILED), tuple(2, TaskState.SUCCEEDED));
            assertThat(etl.store().task(id, "list").orElseThrow().attempts()).hasSize(1);
        }
    }

    @Test
    void a_run_of_a_changed_pipeline_is_not_resumed_and_stays_as_it_was() {
        RunId id;
        try (Etl etl = etl()) {
            id = etl.run(orders("last")).id();
        }

        try (Etl etl = etl()) {
            assertThatThrownBy(() -> etl.resume(id, orders("renamed")))
                    .isInstanceOf(ResumeRefusedException.class)
                    .hasMessageContaining(id.toString())
                    .hasMessageContaining("'orders'")
                    .hasMessageContaining("it has no task 'last'");
            assertThat(etl.store().find(id).orElseThrow().state()).isEqualTo(RunState.FAILED);
        }
    }

    @Test
    void a_run_that_succeeded_is_not_resumed() {
        broken.set(false);
        try (Etl etl = etl()) {
            RunId id = etl.run(orders("last")).orThrow().id();

            assertThatThrownBy(() -> etl.resume(id, orders("last")))
                    .isInstanceOf(ResumeRefusedException.class)
                    .hasMessageContaining("has succeeded");
        }
    }

    @Test
    void every_attempt_of_a_retried_task_is_stored_with_its_error() {
        PipelineBuilder builder = Pipeline.named("flaky");
        builder.task("flaky", String.class)
                .retry(RetryPolicy.attempts(3).fixed(Duration.ZERO))
                .run(context -> {
                    context.rowsRead(context.attempt());
                    if (context.attempt() < 3) {
                        throw new IllegalStateException("attempt " + context.attempt());
                    }
                    return "done";
                });

        try (Etl etl = etl()) {
            RunId id = etl.run(builder.build()).orThrow().id();

            StoredTask task = etl.store().task(id, "flaky").orElseThrow();
            assertThat(task.attempts())
                    .extracting(
                            StoredAttempt::attempt,
                            StoredAttempt::state,
                            attempt -> attempt.error().map(ErrorInfo::message).orElse("none"))
                    .containsExactly(
                            tuple(1, TaskState.RETRYING, "attempt 1"),
                            tuple(2, TaskState.RETRYING, "attempt 2"),
                            tuple(3, TaskState.SUCCEEDED, "none"));
            assertThat(task.rows().read()).isEqualTo(3);
        }
    }

    @Test
    void arguments_are_read_back_when_a_run_is_resumed() {
        String hostile = "it's \"A\" \\ \n\t\uD83D\uDE00 \u05D0 '; drop table etl.pipeline_runs; --";
        RunId id;
        try (Etl etl = etl()) {
            Parameterised pipeline = new Parameterised(true);
            id = etl.run(
                            pipeline.pipeline,
                            Arguments.of(pipeline.text, hostile)
                                    .and(pipeline.day, LocalDate.of(2000, 2, 29))
                                    .and(pipeline.amount, new BigDecimal("1E-7")))
                    .id();
            assertThat(pipeline.seen).containsExactly(hostile, LocalDate.of(2000, 2, 29), new BigDecimal("1E-7"));
        }

        try (Etl etl = etl()) {
            Parameterised pipeline = new Parameterised(false);
            etl.resume(id, pipeline.pipeline).await().orThrow();

            assertThat(pipeline.seen).containsExactly(hostile, LocalDate.of(2000, 2, 29), new BigDecimal("1E-7"));
            assertThat(etl.store().find(id).orElseThrow().definition().arguments())
                    .containsEntry("text", hostile)
                    .containsEntry("day", "2000-02-29");
        }
    }

    /** A pipeline that notes its arguments. */
    private static final class Parameterised {
        private final List<Object> seen = new ArrayList<>();
        private final Parameter<String> text;
        private final Parameter<LocalDate> day;
        private final Parameter<BigDecimal> amount;
        private final Pipeline pipeline;

        Parameterised(boolean fails) {
            PipelineBuilder builder = Pipeline.named("parameterised");
            text = builder.parameter("text", String.class).required();
            day = builder.parameter("day", LocalDate.class).required();
            amount = builder.parameter("amount", BigDecimal.class).required();
            builder.task("note").run(context -> {
                seen.addAll(List.of(context.get(text), context.get(day), context.get(amount)));
                if (fails) {
                    throw new IllegalStateException("once");
                }
            });
            pipeline = builder.build();
        }
    }

    private static Etl etl() {
        return Etl.builder().store(JdbcStateStore.open(postgres.databaseUrl())).build();
    }
}
