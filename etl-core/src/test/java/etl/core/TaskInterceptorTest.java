package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is put around the code of all tasks of a pipeline. */
class TaskInterceptorTest {
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final PipelineBuilder orders = Pipeline.named("orders");
    private final TaskRef<List<Integer>> extract =
            orders.task("extract", new GenericType<List<Integer>>() {}).run(ctx -> List.of(1, 2));
    private final TaskRef<List<Integer>> doubled = orders.task("doubled", Integer.class)
            .mapOver(extract)
            .atOnce(1)
            .run((ctx, row) -> {
                calls.add("code of " + row);
                return row * 2;
            });
    private final Pipeline pipeline = orders.build();

    @Test
    void it_is_called_around_each_attempt_the_last_one_outermost() {
        Pipeline traced = pipeline.intercepted((ctx, code) -> {
                    calls.add("inner " + ctx.taskId());
                    return code.execute();
                })
                .intercepted((ctx, code) -> {
                    calls.add("outer " + ctx.taskId());
                    Object output = code.execute();
                    calls.add("end " + ctx.taskId());
                    return output;
                });

        try (Etl etl = Etl.inMemory()) {
            assertThat(etl.run(traced).output(doubled)).containsExactly(2, 4);
        }

        assertThat(calls)
                .containsExactly(
                        "outer extract",
                        "inner extract",
                        "end extract",
                        "outer doubled",
                        "inner doubled",
                        "code of 1",
                        "end doubled",
                        "outer doubled",
                        "inner doubled",
                        "code of 2",
                        "end doubled");
    }

    @Test
    void it_may_answer_in_place_of_the_code_and_the_original_stays_as_it_is() {
        Pipeline replaced =
                pipeline.intercepted((ctx, code) -> ctx.taskId().equals("extract") ? List.of(5) : code.execute());

        try (Etl etl = Etl.inMemory()) {
            assertThat(etl.run(replaced).output(doubled)).containsExactly(10);
            assertThat(etl.run(pipeline).output(doubled)).containsExactly(2, 4);
        }
        assertThat(replaced.fingerprint()).isEqualTo(pipeline.fingerprint());
        assertThat(replaced.tasks()).isEqualTo(pipeline.tasks());
    }
}
