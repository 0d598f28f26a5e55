package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.GenericType;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskContext;
import etl.core.TaskRef;
import etl.core.TaskSkippedException;
import etl.core.TaskState;
import etl.core.TriggerRule;
import etl.core.spi.StateStore;
import etl.core.spi.StoredTask;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Random pipelines, run by the orchestrator on a state store and compared with a simple sequential interpretation of the
 * documentation: trigger rules, skips, branches, mapped tasks, teardowns, final tasks, retries, pools and priorities, and a
 * resume after the failures are gone. For implementers of a {@link StateStore} and for the orchestrator's own tests.
 */
public final class RandomRuns {
    private static final TriggerRule[] RULES = TriggerRule.values();

    private final Random random;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Integer> executions = new ConcurrentHashMap<>();

    /** What a task's code does. */
    private enum Deed {
        SUCCEED,
        FAIL,
        SKIP,
        FAIL_ONCE
    }

    private enum Kind {
        PLAIN,
        BRANCH,
        MAPPED,
        TEARDOWN,
        FINAL
    }

    /** One task of the pipeline, as data. */
    private static final class Node {
        final String id;
        final List<Integer> upstream = new ArrayList<>();
        Kind kind = Kind.PLAIN;
        TriggerRule rule = TriggerRule.ALL_SUCCESS;
        Deed deed = Deed.SUCCEED;
        boolean healed;
        int setup = -1;
        int branch = -1;
        boolean chosen;
        int elements;
        int failingElements;

        Node(String id) {
            this.id = id;
        }

        /** What its code does now: what failed the first time may succeed in a resume. */
        Deed deedNow() {
            return deed == Deed.FAIL && healed ? Deed.SUCCEED : deed;
        }
    }

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
            Map<String, TaskState> before = new HashMap<>();
            RunReport first = etl.run(pipeline, Arguments.none());
            Map<String, TaskState> expected = expected(before);
            compare("first execution", etl, first, expected);

            if (first.state() == RunState.FAILED) {
                nodes.forEach(node -> node.healed = random.nextBoolean());
                Map<String, Integer> executedBefore = Map.copyOf(executions);
                expected.forEach((id, state) -> {
                    if (state == TaskState.SUCCEEDED
                            || (state == TaskState.SKIPPED && executedBefore.containsKey(id))) {
                        before.put(id, state);
                    }
                });
                RunReport second = etl.resume(first.id(), pipeline).await();
                compare("resume", etl, second, expected(before));
                before.keySet()
                        .forEach(id -> assertThat(executions.get(id))
                                .as("executions of %s, which had ended well", id)
                                .isEqualTo(executedBefore.get(id)));
            }
        }
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
        for (Node node : nodes) {
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
            Node node = new Node("t" + i);
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
        Node last = new Node("last");
        last.kind = Kind.FINAL;
        IntStream.range(0, tasks).forEach(last.upstream::add);
        nodes.add(last);
    }

    private Kind kind(Node node) {
        return switch (random.nextInt(10)) {
            case 0 -> Kind.BRANCH;
            case 1 -> Kind.MAPPED;
            case 2 -> node.upstream.isEmpty() ? Kind.PLAIN : Kind.TEARDOWN;
            default -> Kind.PLAIN;
        };
    }

    private void chooseBranch(Node node) {
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
        for (Node node : nodes) {
            refs.add(add(builder, node, refs));
        }
        return builder.build();
    }

    private TaskRef<?> add(PipelineBuilder builder, Node node, List<TaskRef<?>> refs) {
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
    private Boolean perform(Node node, TaskContext context) {
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

    // --- the oracle --------------------------------------------------------------------------------------------------

    /** One task after the other, in the order of declaration, which is a topological one. */
    private Map<String, TaskState> expected(Map<String, TaskState> before) {
        Map<String, TaskState> states = new HashMap<>();
        for (Node node : nodes) {
            TaskState kept = before.get(node.id);
            states.put(node.id, kept != null ? kept : decide(node, states));
        }
        return states;
    }

    private TaskState decide(Node node, Map<String, TaskState> states) {
        List<TaskState> upstream = new ArrayList<>();
        for (int index : node.upstream) {
            TaskState state = Objects.requireNonNull(states.get(nodes.get(index).id));
            boolean notChosen = index == node.branch && state == TaskState.SUCCEEDED && !node.chosen;
            upstream.add(notChosen ? TaskState.SKIPPED : state);
        }
        if (node.kind == Kind.TEARDOWN) {
            TaskState setup = Objects.requireNonNull(states.get(nodes.get(node.setup).id));
            return switch (setup) {
                case SUCCEEDED -> executed(node);
                case SKIPPED -> TaskState.SKIPPED;
                default -> TaskState.UPSTREAM_FAILED;
            };
        }
        return node.kind == Kind.FINAL || upstream.isEmpty() ? executed(node) : byRule(node, upstream);
    }

    private static TaskState byRule(Node node, List<TaskState> upstream) {
        int all = upstream.size();
        int success = Collections.frequency(upstream, TaskState.SUCCEEDED);
        int skipped = Collections.frequency(upstream, TaskState.SKIPPED);
        int failed = Collections.frequency(upstream, TaskState.FAILED);
        int stopped = Collections.frequency(upstream, TaskState.UPSTREAM_FAILED);
        TaskState start = executed(node);
        TaskState unlessFailed = failed + stopped > 0 ? TaskState.UPSTREAM_FAILED : TaskState.SKIPPED;
        return switch (node.rule) {
            case ALL_SUCCESS -> success == all ? start : unlessFailed;
            case ALL_FAILED -> failed + stopped == all ? start : TaskState.SKIPPED;
            case ALL_DONE, ALWAYS -> start;
            case ONE_SUCCESS -> success > 0 ? start : unlessFailed;
            case ONE_FAILED -> failed + stopped > 0 ? start : TaskState.SKIPPED;
            case ONE_DONE -> success + failed > 0 ? start : TaskState.SKIPPED;
            case NONE_FAILED -> failed + stopped == 0 ? start : TaskState.UPSTREAM_FAILED;
            case NONE_FAILED_MIN_ONE_SUCCESS -> failed + stopped == 0 && success > 0 ? start : unlessFailed;
            case NONE_SKIPPED -> skipped == 0 ? start : TaskState.SKIPPED;
            case ALL_SKIPPED -> skipped == all ? start : TaskState.SKIPPED;
        };
    }

    private static TaskState executed(Node node) {
        if (node.kind == Kind.MAPPED) {
            return node.failingElements > 0 && !node.healed ? TaskState.FAILED : TaskState.SUCCEEDED;
        }
        return switch (node.deedNow()) {
            case SUCCEED, FAIL_ONCE -> TaskState.SUCCEEDED;
            case FAIL -> TaskState.FAILED;
            case SKIP -> TaskState.SKIPPED;
        };
    }
}
