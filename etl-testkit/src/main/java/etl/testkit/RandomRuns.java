package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.EtlBuilder;
import etl.core.GenericType;
import etl.core.Inclusion;
import etl.core.NotRetryableException;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.Rerun;
import etl.core.RetryPolicy;
import etl.core.RunHandle;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskContext;
import etl.core.TaskRef;
import etl.core.TaskSkippedException;
import etl.core.TaskState;
import etl.core.spi.StateStore;
import etl.core.spi.StoredTask;
import etl.testkit.RandomTask.Kind;
import etl.testkit.RandomTask.Part;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Random pipelines, run by the orchestrator on a state store and compared with a simple sequential interpretation of the
 * documentation: trigger rules, skips, branches, mapped tasks, teardowns, final tasks, retries, pools and priorities, and a
 * resume after the failures are gone. For implementers of a {@link StateStore} and for the orchestrator's own tests.
 */
public final class RandomRuns {
    private final Random random;
    private final List<RandomTask> nodes = new ArrayList<>();
    private final Map<String, Integer> executions = new ConcurrentHashMap<>();
    private final RandomOracle oracle = new RandomOracle(nodes);

    private RandomRuns(long seed) {
        this.random = new Random(seed);
    }

    /**
     * Runs one random pipeline and compares every final state.
     *
     * @param store where it runs; closed at the end
     * @param seed decides everything
     * @param tasks how many tasks the pipeline has
     */
    public static void check(StateStore store, long seed, int tasks) {
        check(Etl.builder().store(store), seed, tasks);
    }

    static void check(EtlBuilder builder, long seed, int tasks) {
        new RandomRuns(seed).check(builder, tasks);
    }

    private void check(EtlBuilder builder, int tasks) {
        nodes.addAll(new RandomDeclaration(random).draw(tasks));
        Pipeline pipeline = build();
        try (Etl etl =
                builder.parallelism(1 + random.nextInt(8)).pool("scarce", 2).build()) {
            RunReport first = etl.run(pipeline, Arguments.none());
            Map<String, TaskState> ended = oracle.expected(Map.of());
            compare("first execution", etl, first, ended);
            if (first.state() == RunState.FAILED) {
                nodes.forEach(node -> node.healed = random.nextBoolean());
                ended = again("resume", etl, ended, new BitSet(), () -> etl.resume(first.id(), pipeline));
            }
            RandomTask from = nodes.get(random.nextInt(nodes.size()));
            RandomTask only = nodes.get(random.nextInt(nodes.size()));
            BitSet chosen = (BitSet) oracle.below(from).clone();
            chosen.set(from.index);
            chosen.set(only.index);
            Rerun choice = Rerun.from(from.id).and(Rerun.only(only.id));
            again("rerun " + choice, etl, ended, chosen, () -> etl.rerun(first.id(), pipeline, choice));
        }
    }

    /** Executes the run once more and compares; what it keeps must not have been executed. */
    private Map<String, TaskState> again(
            String what, Etl etl, Map<String, TaskState> ended, BitSet chosen, Supplier<RunHandle> start) {
        Map<String, Integer> executedBefore = Map.copyOf(executions);
        Map<String, TaskState> kept = oracle.kept(ended, chosen);
        RunReport report = start.get().await();
        Map<String, TaskState> expected = oracle.expected(kept);
        compare(what, etl, report, expected);
        for (RandomTask task : nodes) {
            int before = executedBefore.getOrDefault(task.id, 0);
            int now = executions.getOrDefault(task.id, 0);
            TaskState state = expected.get(task.id);
            if (kept.containsKey(task.id)) {
                assertThat(now)
                        .as("executions of %s, which %s keeps", task.id, what)
                        .isEqualTo(before);
            } else if (task.kind != Kind.MAPPED
                    && task.kind != Kind.END
                    && (state == TaskState.SUCCEEDED || state == TaskState.FAILED)) {
                assertThat(now)
                        .as("executions of %s, which %s repeats", task.id, what)
                        .isGreaterThan(before);
            }
        }
        return expected;
    }

    private void compare(String what, Etl etl, RunReport report, Map<String, TaskState> expected) {
        Map<String, TaskState> states = new HashMap<>();
        report.tasks().forEach(task -> states.put(task.id(), task.state()));
        assertThat(differences(states, expected)).as(what).isEmpty();
        Map<String, TaskState> stored = new HashMap<>();
        etl.store().tasks(report.id()).stream()
                .filter(task -> task.mapIndex() == StoredTask.NOT_MAPPED)
                .forEach(task -> stored.put(task.taskId(), task.state()));
        assertThat(differences(stored, expected)).as("%s, as stored", what).isEmpty();
        boolean failed = expected.containsValue(TaskState.FAILED);
        assertThat(report.state()).isEqualTo(failed ? RunState.FAILED : RunState.SUCCEEDED);
    }

    private List<String> differences(Map<String, TaskState> found, Map<String, TaskState> expected) {
        List<String> differences = new ArrayList<>();
        for (RandomTask node : nodes) {
            if (found.get(node.id) != expected.get(node.id)) {
                List<String> upstream = node.upstream.stream()
                        .map(index -> nodes.get(index).id + " " + expected.get(nodes.get(index).id))
                        .toList();
                differences.add(node.id + " (" + node.kind + ", " + node.rule + ", " + node.deedNow() + ") is "
                        + found.get(node.id) + " and not " + expected.get(node.id) + ", below " + upstream);
            }
        }
        return differences;
    }

    // --- the pipeline ------------------------------------------------------------------------------------------------

    private Pipeline build() {
        Level outermost = new Level(Pipeline.named("random"), nodes.get(nodes.size() - 1).part);
        declare(outermost, 0);
        return outermost.builder.build();
    }

    /** A pipeline that is being declared, with the references that are good in it. */
    private static final class Level {
        final PipelineBuilder builder;
        final Part part;
        final Parameter<String> tag;
        final Parameter<Boolean> flag;
        final Map<Integer, TaskRef<?>> refs = new HashMap<>();
        final Map<String, Inclusion> inclusions = new HashMap<>();

        Level(PipelineBuilder builder, Part part) {
            this.builder = builder;
            this.part = part;
            this.tag = builder.parameter("tag", String.class).optional(part.around.isEmpty() ? "outermost" : "default");
            this.flag = builder.parameter("flag", Boolean.class).optional(true);
        }

        TaskRef<?> ref(int node) {
            return Objects.requireNonNull(refs.get(node));
        }
    }

    /** Declares the tasks of one pipeline, and before they are needed those that it includes; returns the first one left. */
    private int declare(Level level, int first) {
        int next = first;
        while (next < nodes.size() && nodes.get(next).part.isWithin(level.part)) {
            RandomTask node = nodes.get(next);
            if (node.part == level.part) {
                level.refs.put(next, add(level, node));
                next++;
            } else {
                next = include(level, child(node.part, level.part), next);
            }
        }
        return next;
    }

    private static Part child(Part part, Part outer) {
        Part around = part.around.orElseThrow();
        return around == outer ? part : child(around, outer);
    }

    private int include(Level level, Part part, int first) {
        Level inner = new Level(Pipeline.named("pipeline-" + part.name), part);
        int next = declare(inner, first);
        Inclusion inclusion = level.builder.include(part.name, inner.builder.build());
        for (int gate : part.gates) {
            if (gate == part.flagFrom) {
                inclusion.with(inner.flag, asBranch(level.ref(gate)));
            } else {
                inclusion.after(level.ref(gate));
            }
        }
        part.tag.ifPresent(text -> {
            if (text.equals("around")) {
                inclusion.with(inner.tag, level.tag);
            } else {
                inclusion.with(inner.tag, text);
            }
        });
        inner.refs.forEach((node, ref) -> level.refs.put(node, inclusion.output(ref)));
        level.inclusions.put(part.name, inclusion);
        return next;
    }

    private TaskRef<?> add(Level level, RandomTask node) {
        if (node.kind == Kind.END) {
            return Objects.requireNonNull(level.inclusions.get(node.name)).end();
        }
        TaskRef<?>[] upstream = node.upstream.stream().map(level::ref).toArray(TaskRef<?>[]::new);
        if (node.kind == Kind.MAPPED) {
            List<Integer> elements = IntStream.range(0, node.elements).boxed().toList();
            return level.builder
                    .task(node.name, Integer.class)
                    .after(upstream)
                    .mapOver(elements)
                    .run((context, element) -> {
                        checkArguments(level, context);
                        executions.merge(node.id + "[" + element + "]", 1, Integer::sum);
                        if (element < node.failingElements && !node.healed) {
                            throw new IllegalStateException("element " + element);
                        }
                        return element;
                    });
        }
        var task = level.builder
                .task(node.name, new GenericType<Boolean>() {})
                .retry(RetryPolicy.attempts(2))
                .priority(random.nextInt(7) - 3);
        if (random.nextInt(5) == 0) {
            task.pool("scarce");
        }
        switch (node.kind) {
            case TEARDOWN -> task.teardownOf(level.ref(node.setup)).after(upstream);
            case FINAL -> task.runsFinally();
            default -> {
                task.triggerRule(node.rule).after(upstream);
                if (node.branch >= 0) {
                    task.when(asBranch(level.ref(node.branch)), node.chosen);
                }
            }
        }
        return task.run(context -> perform(level, node, context));
    }

    @SuppressWarnings("unchecked") // Every task but a mapped one returns a Boolean here, and only branches are asked.
    private static TaskRef<Boolean> asBranch(TaskRef<?> task) {
        return (TaskRef<Boolean>) task;
    }

    /** Whoever is given wrong arguments is never executed, as far as the comparison can see. */
    private static void checkArguments(Level level, TaskContext context) {
        String tag = context.get(level.tag);
        if (!tag.equals(level.part.expectedTag()) || !context.get(level.flag)) {
            throw new NotRetryableException("the arguments of " + level.part.path() + " are " + tag + " and "
                    + context.get(level.flag) + " and not " + level.part.expectedTag() + " and true");
        }
    }

    /** A branch chooses true. */
    private Boolean perform(Level level, RandomTask node, TaskContext context) {
        checkArguments(level, context);
        executions.merge(node.id, 1, Integer::sum);
        switch (node.deedNow()) {
            case FAIL -> throw new IllegalStateException(node.id);
            case SKIP -> throw new TaskSkippedException(node.id);
            case FAIL_ONCE -> {
                if (context.attempt() == 1) {
                    throw new IllegalStateException(node.id);
                }
            }
            case SUCCEED -> {}
        }
        return true;
    }
}
