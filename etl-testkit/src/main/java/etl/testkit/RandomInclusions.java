package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Inclusion;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskContext;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.spi.StateStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Random pipelines that include each other, compared with the same tasks written by hand: every task has to end in the same
 * state and with the same output, also after a resume. An output tells all that its task was given, so that no value can be
 * taken for another one. For implementers of a {@link StateStore} and for the orchestrator's own tests.
 */
public final class RandomInclusions {
    private static final int DEEPEST = 4;

    private final Random random;
    private final PipelineBuilder byHand = Pipeline.named("by-hand");
    private final Parameter<String> argumentByHand =
            byHand.parameter("argument", String.class).required();
    private final Map<String, TaskRef<String>> refsByHand = new HashMap<>();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private int names;

    /** What a pipeline is given: a text, or the output of a task, or else the argument of the run. */
    private record Given(Parameter<String> parameter, Optional<String> text, Optional<String> task) {}

    /** A pipeline that is being declared: its tasks by the ids that they have in the outermost one. */
    private static final class Level {
        final PipelineBuilder builder;
        final String prefix;
        final List<String> gates = new ArrayList<>();
        final List<Given> given = new ArrayList<>();
        final Map<String, TaskRef<String>> refs = new TreeMap<>();
        final List<String> ids = new ArrayList<>();

        Level(PipelineBuilder builder, String prefix) {
            this.builder = builder;
            this.prefix = prefix;
        }

        TaskRef<String> ref(String id) {
            return Objects.requireNonNull(refs.get(id));
        }

        void add(String id, TaskRef<String> ref) {
            refs.put(id, ref);
            ids.add(id);
        }
    }

    private RandomInclusions(long seed) {
        this.random = new Random(seed);
    }

    /**
     * Compares one random pipeline with its copy by hand.
     *
     * @param store where both run; closed at the end
     * @param seed decides everything
     * @param tasks how many tasks there are
     */
    public static void check(StateStore store, long seed, int tasks) {
        new RandomInclusions(seed).check(store, tasks);
    }

    private void check(StateStore store, int tasks) {
        Level outermost = new Level(Pipeline.named("nested"), "");
        Parameter<String> argument =
                outermost.builder.parameter("argument", String.class).required();
        outermost.given.add(new Given(argument, Optional.empty(), Optional.empty()));
        declare(outermost, tasks, 0);
        Pipeline nested = outermost.builder.build();
        Pipeline hand = byHand.build();
        String text = "argument " + random.nextInt();
        try (Etl etl = Etl.builder().store(store).parallelism(4).build()) {
            RunReport run = etl.run(nested, Arguments.of(argument, text));
            RunReport expected = etl.run(hand, Arguments.of(argumentByHand, text));
            compare(run, expected, outermost);
            while (run.state() == RunState.FAILED) {
                failing.removeIf(id -> random.nextBoolean());
                run = etl.resume(run.id(), nested).await();
                expected = etl.resume(expected.id(), hand).await();
                compare(run, expected, outermost);
            }
        }
    }

    private void compare(RunReport run, RunReport expected, Level outermost) {
        assertThat(states(run)).isEqualTo(states(expected));
        assertThat(run.state()).isEqualTo(expected.state());
        outermost.refs.forEach((id, ref) -> {
            if (run.task(ref).state() == TaskState.SUCCEEDED) {
                TaskRef<String> same = Objects.requireNonNull(refsByHand.get(id));
                assertThat(run.output(ref)).as(id).isEqualTo(expected.output(same));
            }
        });
    }

    private static Map<String, TaskState> states(RunReport run) {
        Map<String, TaskState> states = new TreeMap<>();
        run.tasks().forEach(task -> states.put(task.id(), task.state()));
        return states;
    }

    // --- declaration -----------------------------------------------------------------------------------------------

    private void declare(Level level, int tasks, int depth) {
        int left = tasks;
        while (left > 0) {
            int some = 1 + random.nextInt(left);
            if (depth < DEEPEST && random.nextInt(4) == 0) {
                include(level, some, depth);
                left -= some;
            } else {
                declareTask(level);
                left--;
            }
        }
    }

    private List<String> pick(Level level) {
        List<String> picked = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0 && !level.ids.isEmpty(); i--) {
            String id = level.ids.get(random.nextInt(level.ids.size()));
            if (!picked.contains(id)) {
                picked.add(id);
            }
        }
        return picked;
    }

    private void include(Level level, int tasks, int depth) {
        String name = "p" + names++;
        Level inner = new Level(Pipeline.named("pipeline-" + name), level.prefix + name + "--");
        List<String> after = pick(level);
        inner.gates.addAll(level.gates);
        inner.gates.addAll(after);
        List<Object> sources = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            drawGiven(level, inner, sources);
        }
        declare(inner, tasks, depth + 1);
        Inclusion inclusion = level.builder.include(name, inner.builder.build());
        after.forEach(id -> inclusion.after(level.ref(id)));
        for (int i = 0; i < sources.size(); i++) {
            bind(inclusion, inner.given.get(i).parameter(), sources.get(i));
        }
        inner.ids.forEach(id -> level.add(id, inclusion.output(inner.ref(id))));
    }

    private void drawGiven(Level level, Level inner, List<Object> sources) {
        Parameter<String> parameter =
                inner.builder.parameter("q" + sources.size(), String.class).required();
        int kind = random.nextInt(3);
        if (kind == 0 && !level.ids.isEmpty()) {
            String id = level.ids.get(random.nextInt(level.ids.size()));
            sources.add(level.ref(id));
            inner.given.add(new Given(parameter, Optional.empty(), Optional.of(id)));
            inner.gates.add(id);
        } else if (kind == 1 && !level.given.isEmpty()) {
            Given outer = level.given.get(random.nextInt(level.given.size()));
            sources.add(outer.parameter());
            inner.given.add(new Given(parameter, outer.text(), outer.task()));
        } else {
            String text = "text " + random.nextInt();
            sources.add(text);
            inner.given.add(new Given(parameter, Optional.of(text), Optional.empty()));
        }
    }

    @SuppressWarnings("unchecked") // Everything is a string, and so are the outputs and the values of parameters.
    private static void bind(Inclusion inclusion, Parameter<String> parameter, Object source) {
        if (source instanceof TaskRef<?> task) {
            inclusion.with(parameter, (TaskRef<String>) task);
        } else if (source instanceof Parameter<?> outer) {
            inclusion.with(parameter, (Parameter<String>) outer);
        } else {
            inclusion.with(parameter, (String) source);
        }
    }

    private void declareTask(Level level) {
        String name = "t" + names++;
        String id = level.prefix + name;
        List<String> inputs = pick(level);
        if (random.nextInt(8) == 0) {
            failing.add(id);
        }
        List<Given> given = List.copyOf(level.given);
        List<TaskRef<String>> refs = inputs.stream().map(level::ref).toList();
        TaskRef<String> ref = level.builder
                .task(name, String.class)
                .fromAll(refs)
                .run((context, values) -> perform(
                        id,
                        values,
                        given.stream().map(one -> context.get(one.parameter())).toList()));
        level.add(id, ref);
        refsByHand.put(id, addByHand(level, id, inputs, given));
    }

    private TaskRef<String> addByHand(Level level, String id, List<String> inputs, List<Given> given) {
        List<String> all = new ArrayList<>(inputs);
        given.forEach(one -> one.task().ifPresent(all::add));
        TaskRef<?>[] gates = level.gates.stream().map(this::refByHand).toArray(TaskRef<?>[]::new);
        return byHand.task(id, String.class)
                .after(gates)
                .fromAll(all.stream().map(this::refByHand).toList())
                .run((context, values) ->
                        perform(id, values.subList(0, inputs.size()), valuesByHand(context, given, values, inputs)));
    }

    private TaskRef<String> refByHand(String id) {
        return Objects.requireNonNull(refsByHand.get(id));
    }

    private List<String> valuesByHand(
            TaskContext context, List<Given> given, List<String> values, List<String> inputs) {
        List<String> texts = new ArrayList<>();
        int next = inputs.size();
        for (Given one : given) {
            texts.add(
                    one.task().isPresent()
                            ? values.get(next++)
                            : one.text().orElseGet(() -> context.get(argumentByHand)));
        }
        return texts;
    }

    private String perform(String id, List<String> inputs, List<String> given) {
        if (failing.contains(id)) {
            throw new IllegalStateException(id + " fails as planned");
        }
        return id + " " + Integer.toHexString(inputs.hashCode()) + " " + Integer.toHexString(given.hashCode());
    }
}
