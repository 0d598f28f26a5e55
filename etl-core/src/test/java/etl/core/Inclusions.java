package etl.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** A pipeline within another one. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class Inclusions {
    final InMemoryStateStore store = InMemoryStateStore.create();
    final Etl etl = Etl.builder().store(store).build();
    final PipelineBuilder outer = Pipeline.named("outer");
    final PipelineBuilder clean = Pipeline.named("clean");

    final Parameter<Integer> factor =
            clean.parameter("factor", Integer.class).atLeast(1).required();
    final Parameter<List<Integer>> rows = clean.parameter("rows", new GenericType<List<Integer>>() {})
            .check("must have at most 3 elements", list -> list.size() <= 3)
            .optional(List.of(7));
    final TaskRef<List<Integer>> parse = clean.task("parse", new GenericType<List<Integer>>() {})
            .run(ctx -> ctx.get(rows).stream().map(row -> row * ctx.get(factor)).toList());
    final TaskRef<Integer> sum = clean.task("sum", Integer.class)
            .from(parse)
            .run((ctx, parsed) -> parsed.stream().mapToInt(Integer::intValue).sum() + 1000 * ctx.get(factor));
    final List<String> executed = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        etl.close();
    }

    static List<String> states(RunReport run) {
        List<String> states = new ArrayList<>();
        run.tasks().forEach(task -> states.add(task.id() + " " + task.state()));
        return states;
    }

    Action noting(String what) {
        return ctx -> executed.add(what);
    }

    static Action failing() {
        return ctx -> {
            throw new IllegalStateException("as planned");
        };
    }

    @SuppressWarnings("NullAway")
    static Integer nothing(TaskContext context) {
        return null;
    }
}
