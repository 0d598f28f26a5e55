package etl.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class ContestantsTest {
    private static final int TASKS = 900;

    static Stream<Arguments> everyContestantWithEveryShape() {
        return Arrays.stream(Contestants.values())
                .flatMap(contestant -> Arrays.stream(Shape.values()).map(shape -> Arguments.of(contestant, shape)));
    }

    @ParameterizedTest
    @MethodSource("everyContestantWithEveryShape")
    void executes_every_task_once_and_after_its_upstream_tasks(Contestants contestant, Shape shape) throws Exception {
        Graph graph = shape.graph(TASKS);
        AtomicIntegerArray executions = new AtomicIntegerArray(TASKS);
        AtomicIntegerArray tooEarly = new AtomicIntegerArray(TASKS);

        try (Contestant.Prepared prepared = contestant.contestant().prepare(graph, task -> {
            for (int source : graph.upstream(task)) {
                if (executions.get(source) <= executions.get(task)) {
                    tooEarly.incrementAndGet(task);
                }
            }
            executions.incrementAndGet(task);
        })) {
            prepared.run();
            prepared.run();
        }

        for (int task = 0; task < TASKS; task++) {
            assertThat(executions.get(task)).as("executions of task %d", task).isEqualTo(2);
            assertThat(tooEarly.get(task)).as("task %d was too early", task).isZero();
        }
    }
}
