package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.spi.StateStore;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** A chain of tasks that count their executions; in the middle, one makes trouble before it returns. */
final class CountedChain {
    private static final int TASKS = 12;
    private static final int MIDDLE = 5;

    private final AtomicIntegerArray executions = new AtomicIntegerArray(TASKS);
    private final Pipeline pipeline;
    private final TaskRef<Integer> last;

    /** What the task in the middle does. */
    interface Trouble {
        void make() throws Exception;
    }

    CountedChain(Trouble trouble) {
        PipelineBuilder builder = Pipeline.named("chain");
        TaskRef<Integer> end = builder.task("t0", Integer.class).run(context -> executions.incrementAndGet(0));
        for (int task = 1; task < TASKS; task++) {
            int number = task;
            end = builder.task("t" + task, Integer.class).from(end).run((context, sum) -> {
                int execution = executions.incrementAndGet(number);
                if (number == MIDDLE && execution == 1) {
                    trouble.make();
                }
                return sum + 1;
            });
        }
        last = end;
        pipeline = builder.build();
    }

    Pipeline pipeline() {
        return pipeline;
    }

    /** Nothing was executed twice, in the process and in the store. */
    void assertExecutedOnce(RunReport report, StateStore store) {
        assertThat(report.output(last)).isEqualTo(TASKS);
        for (int task = 0; task < TASKS; task++) {
            assertThat(executions.get(task)).as("executions of task t" + task).isOne();
        }
        RunId run = report.id();
        assertThat(store.find(run).orElseThrow()).returns(RunState.SUCCEEDED, StoredRun::state);
        assertThat(store.tasks(run))
                .hasSize(TASKS)
                .allSatisfy(task -> assertThat(task.attempts()).hasSize(1))
                .extracting(StoredTask::state)
                .containsOnly(TaskState.SUCCEEDED);
    }
}
