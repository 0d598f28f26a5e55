package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.GenericType;
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
import etl.core.TriggerRule;
import etl.core.spi.StateStore;
import etl.core.spi.StoredTask;
import etl.testkit.RandomTask.Deed;
import etl.testkit.RandomTask.Kind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private static final TriggerRule[] RULES = TriggerRule.values();

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
        new RandomRuns(seed).check(store, tasks);
    }

    private void check(StateStore store, int tasks) {
        declare(tasks);
        Pipeline pipeline = build();
        try (Etl etl = Etl.builder()
                .store(store)
                .parallelism(1 + random.nextInt(8))
                .pool("scarce", 2)
                .build()) {
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
            } else if (task.kind != Kind.MAPPED && (state == TaskState.SUCCEEDED || state == TaskState.FAILED)) {
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

    private void declare(int tasks) {
        for (int i = 0; i < tasks; i++) {
            RandomTask node = new RandomTask(i, "t" + i);
            for (int edge = random.nextInt(4); edge > 0 && i > 0; edge--) {
                int upstream = Math.max(0, i - 1 - random.nextInt(Math.min(i, 20)));
                if (!node.upstream.contains(upstream)) {
                    node.upstream.add(upstream);
                }
            }
            node.kind = kind(node);
            int dice = random.nextInt(100);
            node.deed = dice < 70 ? Deed.SUCCEED : dice < 80 ? Deed.FAIL : dice < 90 ? Deed.SKIP : Deed.FAIL_ONCE;
            switch (node.kind) {
                case PLAIN, BRANCH -> {
                    if (random.nextInt(2) == 0) {
                        node.rule = RULES[random.nextInt(RULES.length)];
                    }
                    chooseBranch(node);
                }
                case MAPPED -> {
                    node.elements = random.nextInt(5);
                    node.deed = Deed.SUCCEED;
                    node.failingElements = random.nextInt(4) == 0 ? random.nextInt(node.elements + 1) : 0;
                }
                case TEARDOWN -> node.setup = node.upstream.get(0);
                case FINAL -> {}
            }
            nodes.add(node);
        }
        RandomTask last = new RandomTask(tasks, "last");
        last.kind = Kind.FINAL;
        IntStream.range(0, tasks).forEach(last.upstream::add);
        nodes.add(last);
    }

    private Kind kind(RandomTask node) {
        return switch (random.nextInt(10)) {
            case 0 -> Kind.BRANCH;
            case 1 -> Kind.MAPPED;
            case 2 -> node.upstream.isEmpty() ? Kind.PLAIN : Kind.TEARDOWN;
            default -> Kind.PLAIN;
        };
    }

    private void chooseBranch(RandomTask node) {
        for (int upstream : node.upstream) {
            if (nodes.get(upstream).kind == Kind.BRANCH && random.nextBoolean()) {
                node.branch = upstream;
                node.chosen = random.nextBoolean();
                return;
            }
        }
    }

    private Pipeline build() {
        PipelineBuilder builder = Pipeline.named("random");
        List<TaskRef<?>> refs = new ArrayList<>();
        for (RandomTask node : nodes) {
            refs.add(add(builder, node, refs));
        }
        return builder.build();
    }

    private TaskRef<?> add(PipelineBuilder builder, RandomTask node, List<TaskRef<?>> refs) {
        TaskRef<?>[] upstream = node.upstream.stream().map(refs::get).toArray(TaskRef<?>[]::new);
        if (node.kind == Kind.MAPPED) {
            List<Integer> elements = IntStream.range(0, node.elements).boxed().toList();
            return builder.task(node.id, Integer.class)
                    .after(upstream)
                    .mapOver(elements)
                    .run((context, element) -> {
                        executions.merge(node.id + "[" + element + "]", 1, Integer::sum);
                        if (element < node.failingElements && !node.healed) {
                            throw new IllegalStateException("element " + element);
                        }
                        return element;
                    });
        }
        var task = builder.task(node.id, new GenericType<Boolean>() {})
                .retry(RetryPolicy.attempts(2))
                .priority(random.nextInt(7) - 3);
        if (random.nextInt(5) == 0) {
            task.pool("scarce");
        }
        switch (node.kind) {
            case TEARDOWN -> task.teardownOf(refs.get(node.setup)).after(upstream);
            case FINAL -> task.runsFinally();
            default -> {
                task.triggerRule(node.rule).after(upstream);
                if (node.branch >= 0) {
                    task.when(asBranch(refs.get(node.branch)), node.chosen);
                }
            }
        }
        return task.run(context -> perform(node, context));
    }

    @SuppressWarnings("unchecked") // Every task but a mapped one returns a Boolean here, and only branches are asked.
    private static TaskRef<Boolean> asBranch(TaskRef<?> task) {
        return (TaskRef<Boolean>) task;
    }

    /** A branch chooses true. */
    private Boolean perform(RandomTask node, TaskContext context) {
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
