package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import etl.core.spi.AttemptRecord;
import etl.core.spi.EngineRun;
import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.TaskChange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Tasks whose success is recorded by their own code, as a store does that commits it together with what they write. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AttemptRecordTest {
    private final Map<RunId, RunJournal> journals = new ConcurrentHashMap<>();
    private final List<TaskChange> written = new CopyOnWriteArrayList<>();
    private final Etl etl = Etl.builder()
            .grace(Duration.ofMillis(50))
            .store(new StoreDouble() {
                @Override
                public RunJournal journal(RunId run) {
                    RunJournal journal = super.journal(run);
                    journals.put(run, journal);
                    return journal;
                }

                @Override
                void beforeWrite(TaskChange change) {
                    written.add(change);
                }
            })
            .build();
    private final PipelineBuilder orders = Pipeline.named("orders");
    private final Logger logger = (Logger) LoggerFactory.getLogger(Etl.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
        logger.setAdditive(false);
        logger.setLevel(Level.WARN);
    }

    @AfterEach
    void close() {
        etl.close();
        logger.detachAppender(log);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    private List<String> warnings() {
        return log.list.stream()
                .filter(event -> event.getLevel() == Level.WARN)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private <T> T record(TaskContext context, T output) {
        AttemptRecord record = context.attemptRecord();
        TaskChange success = record.succeeded(output);
        Durably.write(journals.get(context.runId()), success);
        record.recorded(success);
        return output;
    }

    private List<TaskState> states(String task) {
        return written.stream()
                .filter(change -> change.taskId().equals(task))
                .map(TaskChange::state)
                .toList();
    }

    @Test
    void a_success_that_was_recorded_is_not_written_again() {
        TaskRef<Integer> first = orders.task("first", Integer.class).run(ctx -> {
            ctx.rowsWritten(3);
            return record(ctx, 7);
        });
        TaskRef<Integer> second =
                orders.task("second", Integer.class).from(first).run((ctx, value) -> value + 1);

        RunReport run = etl.run(orders.build()).orThrow();

        assertThat(run.output(second)).isEqualTo(8);
        assertThat(run.task(first).rows()).isEqualTo(new RowCounts(0, 3, 0));
        assertThat(states("first")).containsExactly(TaskState.RUNNING, TaskState.SUCCEEDED);
        assertThat(warnings()).isEmpty();
    }

    @Test
    void the_start_is_the_one_that_the_runner_has_written() {
        orders.task("only").run(ctx -> {
            TaskChange started = ctx.attemptRecord().started();
            assertThat(written.get(0))
                    .returns(started.taskId(), TaskChange::taskId)
                    .returns(started.position(), TaskChange::position)
                    .returns(started.mapIndex(), TaskChange::mapIndex)
                    .returns(started.attempt(), TaskChange::attempt)
                    .returns(started.state(), TaskChange::state)
                    .returns(started.at(), TaskChange::at);
        });

        etl.run(orders.build()).orThrow();
    }

    @Test
    void a_failure_after_the_record_does_not_count_and_is_not_retried() {
        TaskRef<Integer> first = orders.task("first", Integer.class)
                .retry(RetryPolicy.attempts(3))
                .run(ctx -> {
                    record(ctx, 7);
                    throw new IllegalStateException("too late");
                });
        TaskRef<Integer> second =
                orders.task("second", Integer.class).from(first).run((ctx, value) -> value + 1);

        RunReport run = etl.run(orders.build()).orThrow();

        assertThat(run.output(second)).isEqualTo(8);
        assertThat(run.task(first).attempts()).isEqualTo(1);
        assertThat(states("first")).containsExactly(TaskState.RUNNING, TaskState.SUCCEEDED);
        assertThat(warnings())
                .containsExactly(
                        "run " + run.id() + ": task 'first' failed in attempt 1 after its result had been committed;"
                                + " the result counts, and the task is SUCCEEDED");
    }

    @Test
    void a_skip_after_the_record_does_not_count() {
        TaskRef<Integer> only = orders.task("only", Integer.class).run(ctx -> {
            record(ctx, 7);
            throw new TaskSkippedException("too late");
        });

        assertThat(etl.run(orders.build()).output(only)).isEqualTo(7);
    }

    @Test
    void another_output_than_the_recorded_one_does_not_count() {
        TaskRef<Integer> first = orders.task("first", Integer.class).run(ctx -> record(ctx, 7) + 1);
        TaskRef<Integer> second =
                orders.task("second", Integer.class).from(first).run((ctx, value) -> value);

        RunReport run = etl.run(orders.build()).orThrow();

        assertThat(run.output(first)).isEqualTo(7);
        assertThat(run.output(second)).isEqualTo(7);
        assertThat(warnings())
                .containsExactly(
                        "run " + run.id() + ": task 'first' returned something else in attempt 1 than the result"
                                + " that had been committed; what was committed counts");
    }

    @Test
    void rows_that_are_counted_after_the_record_do_not_count() {
        TaskRef<Integer> only = orders.task("only", Integer.class).run(ctx -> {
            ctx.rowsRead(1);
            record(ctx, 7);
            ctx.rowsRead(1);
            return 7;
        });

        assertThat(etl.run(orders.build()).task(only).rows()).isEqualTo(new RowCounts(1, 0, 0));
    }

    @Test
    void the_next_task_starts_when_the_code_has_ended_and_not_when_its_success_was_recorded() {
        AtomicReference<Instant> ended = new AtomicReference<>(Instant.MAX);
        TaskRef<Integer> first = orders.task("first", Integer.class).run(ctx -> {
            record(ctx, 7);
            Instant recorded = Instant.now();
            while (!Instant.now().isAfter(recorded.plusMillis(1))) {
                Thread.onSpinWait();
            }
            ended.set(Instant.now());
            return 7;
        });
        orders.task("second", Integer.class).from(first).run((ctx, value) -> value + 1);

        RunReport run = etl.run(orders.build()).orThrow();

        assertThat(etl.store()
                        .task(run.id(), "second")
                        .orElseThrow()
                        .attempts()
                        .get(0)
                        .startedAt())
                .isAfterOrEqualTo(ended.get());
    }

    @Test
    void a_timeout_after_the_record_does_not_count() {
        TaskRef<Integer> only = orders.task("only", Integer.class)
                .timeout(Duration.ofMillis(50))
                .run(ctx -> {
                    record(ctx, 7);
                    new CountDownLatch(1).await();
                    return 7;
                });

        assertThat(etl.run(orders.build()).orThrow().output(only)).isEqualTo(7);
    }

    @Test
    void a_thread_that_is_abandoned_after_the_record_leaves_a_task_that_succeeded() {
        CountDownLatch over = new CountDownLatch(1);
        TaskRef<Integer> first = orders.task("first", Integer.class)
                .timeout(Duration.ofMillis(50))
                .run(ctx -> {
                    record(ctx, 7);
                    while (over.getCount() > 0) {
                        Thread.onSpinWait();
                    }
                    return 7;
                });
        TaskRef<Integer> second =
                orders.task("second", Integer.class).from(first).run((ctx, value) -> value + 1);

        RunReport run = etl.run(orders.build()).orThrow();
        over.countDown();

        assertThat(run.output(second)).isEqualTo(8);
    }

    @Test
    void elements_of_a_mapped_task_are_recorded_each() {
        TaskRef<List<Integer>> rows =
                orders.task("rows", new GenericType<List<Integer>>() {}).run(ctx -> List.of(1, 2, 3));
        TaskRef<List<Integer>> doubled =
                orders.task("doubled", Integer.class).mapOver(rows).run((ctx, row) -> record(ctx, row * 2) + 1);

        RunReport run = etl.run(orders.build()).orThrow();

        assertThat(run.output(doubled)).containsExactly(2, 4, 6);
    }

    @Test
    void a_task_without_an_output_is_recorded_without_one() {
        TaskRef<@Nullable Void> only = orders.task("only").run(ctx -> record(ctx, 7));

        RunReport run = etl.run(orders.build()).orThrow();

        assertThat(run.output(only)).isNull();
        assertThat(written.get(1).output()).isNull();
    }

    @Test
    void a_success_is_recorded_once() {
        TaskRef<Boolean> only = orders.task("only", Boolean.class).run(ctx -> {
            AttemptRecord record = ctx.attemptRecord();
            assertThat(record.isRecorded()).isFalse();
            record(ctx, true);
            assertThat(record.isRecorded()).isTrue();
            assertThatThrownBy(() -> record.recorded(record.succeeded(false)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the success of task 'only' has been recorded already");
            return true;
        });

        assertThat(etl.run(orders.build()).output(only)).isTrue();
    }

    @Test
    void an_attempt_that_an_engine_has_started_is_recorded_too() {
        orders.task("only", Integer.class).retry(RetryPolicy.attempts(3)).run(ctx -> {
            record(ctx, 7);
            throw new IllegalStateException("too late");
        });
        Pipeline pipeline = orders.build();
        ExternalRuns external = etl.external();
        RunId run = external.begin(pipeline, Arguments.none(), new EngineRun("airflow", "manual__2001-01-01"));

        EngineAttempt attempt = external.attempt(pipeline, run, "only", 1);

        assertThat(attempt.state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(attempt.output()).isEqualTo(7);
        assertThat(external.attempt(pipeline, run, "only", 0).output()).isEqualTo(7);
        assertThat(states("only")).containsExactly(TaskState.RUNNING, TaskState.SUCCEEDED);
    }
}
