package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Cache;
import etl.core.Etl;
import etl.core.GenericType;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunReport;
import etl.core.TaskContext;
import etl.core.TaskRef;
import etl.core.spi.StateStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Random pipelines whose tasks have caches, run at the same time by several orchestrators that share one memory or database,
 * and compared with the same computing without any cache. Each output is computed once at most. For implementers of a
 * {@link StateStore} and for the orchestrator's own tests.
 */
public final class RandomCaches {
    private static final int RUNS = 12;

    private final Random random;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<List<Object>, Integer> executions = new ConcurrentHashMap<>();
    private final PipelineBuilder builder = Pipeline.named("random-caches-" + java.util.UUID.randomUUID());
    private final Parameter<Integer> a = builder.parameter("a", Integer.class).required();
    private final Parameter<Integer> b = builder.parameter("b", Integer.class).required();
    private final List<TaskRef<Value>> refs = new ArrayList<>();
    private final Map<Integer, TaskRef<List<Integer>>> mapped = new HashMap<>();

    /** What tasks return: sets and maps, whose order is another one each time, and a number with a fraction. */
    record Value(Set<Integer> set, Map<String, Integer> map, double number) {}

    private record Node(int index, List<Integer> inputs, boolean cached, boolean countsA, boolean countsB) {
        String id() {
            return "t" + index;
        }
    }

    private RandomCaches(long seed) {
        this.random = new Random(seed);
    }

    /**
     * Runs one random pipeline many times and compares every output.
     *
     * @param stores one for each orchestrator, all of the same memory or database; closed at the end
     * @param seed decides everything but the order in which runs proceed
     * @param tasks how many tasks the pipeline has
     */
    public static void check(List<? extends StateStore> stores, long seed, int tasks) {
        new RandomCaches(seed).check(stores, tasks);
    }

    private void check(List<? extends StateStore> stores, int tasks) {
        for (int index = 0; index < tasks; index++) {
            declare(index);
        }
        Pipeline pipeline = builder.build();
        List<Etl> orchestrators = new ArrayList<>();
        try {
            stores.forEach(store -> orchestrators.add(Etl.builder()
                    .store(store)
                    .parallelism(1 + random.nextInt(8))
                    .build()));
            Map<RunHandle, int[]> runs = new HashMap<>();
            for (int run = 0; run < RUNS; run++) {
                int[] values = {random.nextInt(2), random.nextInt(2)};
                Etl etl = orchestrators.get(random.nextInt(orchestrators.size()));
                runs.put(etl.submit(pipeline, Arguments.of(a, values[0]).and(b, values[1])), values);
            }
            runs.forEach((run, values) -> compare(run.await().orThrow(), values));
        } finally {
            orchestrators.forEach(Etl::close);
        }
        assertThat(executions)
                .allSatisfy((key, times) ->
                        assertThat(times).as("times that was computed: %s", key).isOne());
    }

    private void declare(int index) {
        List<Integer> inputs = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0 && index > 0; i--) {
            int input = random.nextInt(index);
            if (!inputs.contains(input)) {
                inputs.add(input);
            }
        }
        Node node = new Node(index, inputs, random.nextInt(4) > 0, random.nextBoolean(), random.nextBoolean());
        nodes.add(node);
        List<TaskRef<Value>> from = inputs.stream().map(refs::get).toList();
        var task = builder.task(node.id(), Value.class);
        if (node.cached()) {
            task.cache(cache(node));
        }
        refs.add(
                from.isEmpty()
                        ? task.run(ctx -> compute(node, ctx, List.of()))
                        : task.fromAll(from).run((ctx, values) -> compute(node, ctx, values)));
        if (random.nextInt(4) == 0) {
            declareMapped(node);
        }
    }

    private void declareMapped(Node node) {
        TaskRef<List<Integer>> list = builder.task("list" + node.index(), new GenericType<List<Integer>>() {})
                .from(refs.get(node.index()))
                .run((ctx, value) -> elements(value));
        mapped.put(
                node.index(),
                builder.task("mapped" + node.index(), Integer.class)
                        .cache(Cache.version("1").arguments())
                        .mapOver(list)
                        .run((ctx, element) -> {
                            executions.merge(List.of("mapped" + node.index(), element), 1, Integer::sum);
                            return element * element;
                        }));
    }

    private Cache cache(Node node) {
        Cache cache = Cache.version("1");
        if (node.countsA() && node.countsB() && random.nextBoolean()) {
            return cache;
        }
        List<Parameter<?>> counting = new ArrayList<>();
        if (node.countsA()) {
            counting.add(a);
        }
        if (node.countsB()) {
            counting.add(b);
        }
        return cache.arguments(counting.toArray(Parameter<?>[]::new));
    }

    private Value compute(Node node, TaskContext context, List<Value> inputs) {
        int argumentA = node.countsA() ? context.get(a) : 0;
        int argumentB = node.countsB() ? context.get(b) : 0;
        if (node.cached()) {
            executions.merge(List.of(node.id(), argumentA, argumentB, inputs), 1, Integer::sum);
        }
        return value(node, argumentA, argumentB, inputs);
    }

    private static List<Integer> elements(Value value) {
        List<Integer> elements = new ArrayList<>(value.set());
        elements.addAll(value.set());
        Collections.sort(elements);
        return elements;
    }

    /** Few different values, so that different arguments often lead to the same inputs further down. */
    private static Value value(Node node, int argumentA, int argumentB, List<Value> inputs) {
        int hash = node.index() * 31 + argumentA * 7 + argumentB * 3;
        for (Value input : inputs) {
            hash = hash * 31 + input.hashCode();
        }
        Random seeded = new Random(Math.floorMod(hash, 3));
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            numbers.add(seeded.nextInt(100));
        }
        Collections.shuffle(numbers);
        Map<String, Integer> map = new HashMap<>(1 << new Random().nextInt(8));
        numbers.forEach(number -> map.put("key " + number, number));
        return new Value(new HashSet<>(numbers), map, seeded.nextInt(3) - 1.1);
    }

    private void compare(RunReport run, int[] arguments) {
        List<Value> expected = new ArrayList<>();
        for (Node node : nodes) {
            expected.add(value(
                    node,
                    node.countsA() ? arguments[0] : 0,
                    node.countsB() ? arguments[1] : 0,
                    node.inputs().stream().map(expected::get).toList()));
            assertThat(run.output(refs.get(node.index()))).as(node.id()).isEqualTo(expected.get(node.index()));
            TaskRef<List<Integer>> elements = mapped.get(node.index());
            if (elements != null) {
                assertThat(Objects.requireNonNull(run.output(elements)))
                        .isEqualTo(elements(expected.get(node.index())).stream()
                                .map(element -> element * element)
                                .toList());
            }
        }
    }
}
