package etl.testkit;

import static etl.testkit.EtlAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import etl.core.GenericType;
import etl.core.InMemoryStateStore;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes that die in the middle of a run. */
@Timeout(60)
class CrashTest {
    private final List<String> executed = new ArrayList<>();
    private final PipelineBuilder orders = Pipeline.named("orders");
    private final TaskRef<List<Integer>> extract = orders.task("extract", new GenericType<List<Integer>>() {})
            .run(ctx -> {
                executed.add("extract");
                return List.of(1, 2);
            });
    private final TaskRef<List<Integer>> load = orders.task("load", Integer.class)
            .mapOver(extract)
            .atOnce(1)
            .run((ctx, row) -> {
                executed.add("load " + row);
                return row;
            });
    private final TaskRef<@Nullable Void> report =
            orders.task("report").after(load).run(ctx -> executed.add("report"));
    private final InMemoryStateStore store = InMemoryStateStore.create();
    private final PipelineTest test = PipelineTest.of(orders.build()).store(store);

    @Test
    void what_was_stored_before_the_crash_is_not_executed_again() {
        TestRun crashed = test.crashingAfter(extract).run();

        assertThat(crashed).hasCrashed().attemptedOnly(extract);
        assertThat(crashed.state(extract)).isEqualTo(TaskState.SUCCEEDED);
        assertThat(crashed.state(report)).isEqualTo(TaskState.PENDING);
        assertThat(store.find(crashed.id()).orElseThrow().state()).isEqualTo(RunState.RUNNING);
        assertThat(test.resume(crashed)).hasSucceeded().task(extract).hasAttempts(1);
        assertThat(executed).containsExactly("extract", "load 1", "load 2", "report");
    }

    @Test
    void what_was_done_but_not_stored_is_executed_again() {
        TestRun crashed = test.crashingBeforeStored(extract).run();

        assertThat(crashed).hasCrashed();
        assertThat(crashed.state(extract)).isEqualTo(TaskState.RUNNING);
        assertThat(test.resume(crashed)).hasSucceeded().task(extract).hasAttempts(2);
        assertThat(executed).containsExactly("extract", "extract", "load 1", "load 2", "report");
    }

    @Test
    void a_mapped_task_crashes_when_all_its_elements_have_ended() {
        TestRun crashed = test.crashingAfter(load).run();
        assertThat(crashed).hasCrashed();
        assertThat(executed).containsExactly("extract", "load 1", "load 2");
        TestRun again = test.crashingBeforeStored(report).resume(crashed);

        assertThat(again).hasCrashed().attemptedOnly(report);
        assertThat(test.resume(again)).hasSucceeded();
        assertThat(executed).containsExactly("extract", "load 1", "load 2", "report", "report");
    }

    @Test
    void a_crash_that_was_taken_back_does_not_happen() {
        assertThat(test.crashingAfter(extract).asDeclared(extract).run()).hasSucceeded();
    }

    @Test
    void a_crashed_run_has_no_report() {
        TestRun crashed = test.crashingAfter(extract).run();

        assertThat(crashed.isOver()).isTrue();
        assertThat(crashed).asString().contains("of pipeline 'orders', crashed");
        assertThatIllegalStateException()
                .isThrownBy(crashed::report)
                .withMessageContaining("has crashed, as planned, and has no report; resume it");
    }
}
