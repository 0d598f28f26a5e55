package etl.testkit;

import static etl.testkit.EtlAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Etl;
import etl.core.GenericType;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunReport;
import etl.core.SingleTask;
import etl.core.TaskOutcome;
import etl.core.TaskRef;
import etl.core.TaskSkippedException;
import etl.core.TaskState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each assertion holds where it should, and says what is wrong elsewhere. */
@Timeout(60)
class EtlAssertionsTest {
    private final PipelineBuilder orders = Pipeline.named("orders");
    private final TaskRef<List<Integer>> extract = orders.task("extract", new GenericType<List<Integer>>() {})
            .run(ctx -> {
                ctx.rowsRead(2);
                return List.of(1, 2);
            });
    private final TaskRef<List<Integer>> mapped = orders.task("mapped", Integer.class)
            .mapOver(extract)
            .run((ctx, row) -> {
                if (row == 2) {
                    throw new IOException("disk full\nand a second line");
                }
                return row;
            });
    private final TaskRef<Integer> total =
            orders.task("total", Integer.class).from(mapped).run((ctx, rows) -> rows.size());
    private final TaskRef<@Nullable Void> idle = orders.task("idle").run(ctx -> {
        throw new TaskSkippedException("no new files");
    });
    private final Pipeline pipeline = orders.build();
    private final TestRun run = PipelineTest.of(pipeline).run();

    private static void fails(ThrowingCallable assertion, String message) {
        assertThatThrownBy(assertion).isInstanceOf(AssertionError.class).hasMessageStartingWith(message);
    }

    @Test
    void a_failed_assertion_shows_the_whole_run_and_why_it_failed() {
        assertThatThrownBy(() -> assertThat(run).hasSucceeded())
                .isInstanceOf(AssertionError.class)
                .hasMessage("""
                        the run should be SUCCEEDED but is FAILED.

                        run %s of pipeline 'orders' FAILED after PT0S
                          TASK     STATE            ATTEMPTS  WHY
                          extract  SUCCEEDED        1
                          mapped   FAILED           1         etl.core.MappedTaskException: 1 of 2 elements of task 'mapped' failed, the first of them with index 1: java.io.IOException: disk full
                          total    UPSTREAM_FAILED  0
                          idle     SKIPPED          1         etl.core.TaskSkippedException: no new files
                        """, run.id())
                .hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> assertThat(run).as("the orders of %s", "today").wasCancelled())
                .hasMessageStartingWith("[the orders of today] the run should be CANCELLED but is FAILED.");
    }

    @Test
    void assertions_on_a_run() {
        assertThat(run).hasFailed().hasFailedWith(IOException.class).took(Duration.ZERO);
        fails(
                () -> assertThat(run).hasFailedWith(InterruptedException.class),
                "the run should have failed with"
                        + " java.lang.InterruptedException but did with java.io.IOException.");
        fails(() -> assertThat(run).took(Duration.ofSeconds(1)), "the run should have taken PT1S but took PT0S.");
        fails(() -> assertThat(run).hasCrashed(), "the run should have crashed but has not.");
        fails(() -> assertThat(run).element(mapped, 2), "task 'mapped' should have an element 2 but has 2 elements.");
        fails(() -> assertThat(run).element(mapped, -1), "task 'mapped' should have an element -1");
        fails(() -> assertThat(run).output(total), "task 'total' should have an output but is UPSTREAM_FAILED.");
        fails(() -> assertThat(run).output(extract).isEqualTo(List.of()), "[the output of task 'extract']");
        fails(() -> assertThat((TestRun) null).hasFailed(), "\nExpecting actual not to be null");
        fails(
                () -> assertThat(PipelineTest.of(pipeline).start()).hasFailed(),
                "the run should have ended but goes on; call finish().");
        fails(
                () -> assertThat(
                                PipelineTest.of(pipeline).crashingAfter(extract).run())
                        .hasFailed(),
                "the run should have ended but has crashed, as planned.");
    }

    @Test
    void assertions_on_what_happened() {
        assertThat(run)
                .attemptedOnly(extract, mapped, idle)
                .ranBefore(extract, mapped)
                .retriedAfter(extract);
        fails(
                () -> assertThat(run).attemptedOnly(extract),
                "the run should have attempted only [extract] but has" + " attempted [extract, idle, mapped].");
        fails(
                () -> assertThat(run).ranBefore(mapped, extract),
                "task 'mapped' should have ended before 'extract' began," + " but 'extract' began first.");
        fails(
                () -> assertThat(run).ranBefore(extract, total),
                "task 'extract' should have ended before 'total' began," + " but 'total' was not attempted.");
        TestRun begun = PipelineTest.of(pipeline).start();
        fails(
                () -> assertThat(begun).ranBefore(extract, total),
                "task 'extract' should have ended before 'total' began," + " but 'extract' has not ended.");
        fails(
                () -> assertThat(run).retriedAfter(mapped, Duration.ofSeconds(1)),
                "task 'mapped' should have been retried" + " after [PT1S] but was after [].");
    }

    @Test
    void assertions_on_a_task() {
        assertThat(run)
                .task(extract)
                .hasSucceeded()
                .hasAttempts(1)
                .hasRows(2, 0, 0)
                .took(Duration.ZERO)
                .task(mapped)
                .hasFailed()
                .run()
                .element(mapped, 1)
                .hasFailedWith(IOException.class)
                .task(idle)
                .wasSkipped()
                .wasSkipped("no new files")
                .task(total)
                .hasState(TaskState.UPSTREAM_FAILED);
        fails(
                () -> assertThat(run).task(total).hasSucceeded(),
                "task 'total' should be SUCCEEDED but is UPSTREAM_FAILED.");
        fails(
                () -> assertThat(run).task(extract).hasAttempts(2),
                "task 'extract' should have had 2 attempts but has had 1.");
        fails(
                () -> assertThat(run).element(mapped, 1).hasFailedWith(InterruptedException.class),
                "task 'mapped[1]' should have failed with java.lang.InterruptedException but did with"
                        + " java.io.IOException.");
        fails(
                () -> assertThat(run).task(idle).wasSkipped("no disk"),
                "task 'idle' should have been skipped because of 'no disk' but was because of 'no new files'.");
        fails(
                () -> assertThat(run).task(extract).hasRows(1, 0, 0),
                "task 'extract' should have counted RowCounts[read=1, written=0, rejected=0] but has counted"
                        + " RowCounts[read=2, written=0, rejected=0].");
        fails(() -> assertThat(run).task(extract).took(Duration.ofSeconds(1)), "task 'extract' should have taken PT1S");
    }

    @Test
    void a_task_that_its_rule_has_skipped_has_no_reason_of_its_own() {
        TaskRef<@Nullable Void> below = orders.task("below").after(idle).run(ctx -> {});
        TestRun skipped = PipelineTest.of(orders.build()).run();

        assertThat(skipped).task(below).wasSkipped();
        fails(
                () -> assertThat(skipped).task(below).wasSkipped("no new files"),
                "task 'below' should have been skipped because of 'no new files' but was by its trigger rule.");
    }

    @Test
    void assertions_on_the_report_of_any_run() {
        RunReport report;
        try (Etl etl = Etl.inMemory()) {
            report = etl.run(pipeline);
        }

        assertThat(report)
                .hasFailed()
                .task(extract)
                .hasSucceeded()
                .output(extract)
                .isEqualTo(List.of(1, 2));
        fails(() -> assertThat(report).hasSucceeded(), "the run should be SUCCEEDED but is FAILED.");
        assertThatThrownBy(() -> assertThat(report).hasSucceeded()).hasMessageContaining("UPSTREAM_FAILED");
    }

    @Test
    void assertions_on_a_task_alone() {
        TaskOutcome<Integer> counted =
                SingleTask.of(pipeline, total).input(mapped, List.of(1, 2, 3)).run();
        TaskOutcome<@Nullable Void> skipped = SingleTask.of(pipeline, idle).run();
        TaskOutcome<Integer> failed = SingleTask.ofElement(pipeline, mapped, 1)
                .input(extract, List.of(1, 2))
                .run();

        assertThat(counted).hasSucceeded().hasRows(0, 0, 0).output().isEqualTo(3);
        assertThat(skipped).wasSkipped("no new files");
        assertThat(failed).hasFailedWith(IOException.class).hasFailedWith(Exception.class);
        assertThatThrownBy(() -> assertThat(failed).hasSucceeded())
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        "task 'mapped' should be SUCCEEDED: task 'mapped' FAILED: java.io.IOException: disk full")
                .hasCauseInstanceOf(IOException.class);
        fails(() -> assertThat(failed).output(), "task 'mapped' should be SUCCEEDED");
        fails(
                () -> assertThat(failed).hasFailedWith(InterruptedException.class),
                "task 'mapped' should have failed with");
        fails(() -> assertThat(skipped).wasSkipped("else"), "task 'idle' should have been skipped because of 'else'");
        fails(() -> assertThat(counted).hasRows(1, 0, 0), "task 'total' should have counted");
        fails(() -> assertThat(counted).output().isEqualTo(4), "[the output of task 'total']");
    }

    @Test
    void a_large_run_shows_first_what_has_not_succeeded() {
        PipelineBuilder wide = Pipeline.named("wide");
        for (int task = 0; task < 1_000; task++) {
            int number = task;
            wide.task("t" + task).run(ctx -> {
                if (number >= 998) {
                    throw new IOException("x".repeat(1_000));
                }
            });
        }
        TestRun large = PipelineTest.of(wide.build()).run();

        assertThatThrownBy(() -> assertThat(large).hasSucceeded())
                .message()
                .contains("  TASK  STATE      ATTEMPTS  WHY\n  t998  FAILED     1         java.io.IOException: xxx")
                .endsWith("  t47   SUCCEEDED  1\n  and 950 more tasks\n")
                .hasSizeLessThan(5_000);
    }
}
