package etl.jdbc;

import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.TaskContext;
import etl.core.TaskRef;
import etl.core.TaskState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A small graph of tasks that compute numbers from numbers, and how each of them ends if all goes well. Some fail in every
 * other attempt, some always.
 */
final class SimulatedPipeline {
    private static final int SHAPES = 200;
    private static final List<SimulatedPipeline> ALL = all();

    private final Pipeline pipeline;
    private final List<Node> nodes = new ArrayList<>();

    /** How a task's attempts end. */
    private enum Temper {
        STEADY,
        FLAKY,
        HOPELESS
    }

    private record Node(TaskRef<Long> ref, List<Node> inputs, Temper temper, TaskState end, long output) {}

    private SimulatedPipeline(int shape) {
        SplittableRandom random = new SplittableRandom(shape);
        PipelineBuilder builder = Pipeline.named("shape-" + shape);
        int size = 3 + random.nextInt(6);
        for (int i = 0; i < size; i++) {
            nodes.add(node(builder, random, i));
        }
        pipeline = builder.build();
    }

    private static List<SimulatedPipeline> all() {
        List<SimulatedPipeline> all = new ArrayList<>();
        for (int shape = 0; shape < SHAPES; shape++) {
            all.add(new SimulatedPipeline(shape));
        }
        return all;
    }

    static SimulatedPipeline any(SplittableRandom random) {
        return ALL.get(random.nextInt(SHAPES));
    }

    private Node node(PipelineBuilder builder, SplittableRandom random, int number) {
        List<Node> inputs = new ArrayList<>(nodes);
        while (inputs.size() > 3 || (!inputs.isEmpty() && random.nextInt(3) == 0)) {
            inputs.remove(random.nextInt(inputs.size()));
        }
        int dice = random.nextInt(12);
        Temper temper = dice == 0 ? Temper.HOPELESS : dice < 4 ? Temper.FLAKY : Temper.STEADY;
        boolean ready = inputs.stream().allMatch(input -> input.end == TaskState.SUCCEEDED);
        TaskState end =
                !ready ? TaskState.UPSTREAM_FAILED : temper == Temper.HOPELESS ? TaskState.FAILED : TaskState.SUCCEEDED;
        long output = output(number, inputs.stream().map(Node::output).toList());
        TaskRef<Long> ref = builder.task("t" + number, Long.class)
                .after(inputs.stream().map(Node::ref).toArray(TaskRef<?>[]::new))
                .retry(RetryPolicy.attempts(2).fixed(Duration.ofMillis(200)))
                .run(context -> execute(context, number));
        return new Node(ref, inputs, temper, end, output);
    }

    private static long output(int number, List<Long> inputs) {
        long output = number + 1L;
        for (long input : inputs) {
            output = 31 * output + input;
        }
        return output;
    }

    private long execute(TaskContext context, int number) throws InterruptedException {
        Node node = nodes.get(number);
        SimulatedWorld world = SimulatedWorld.ofThisProcess();
        List<Long> inputs = new ArrayList<>();
        for (Node input : node.inputs) {
            inputs.add(world.input(context, input.ref));
        }
        long output = output(number, inputs);
        world.execute(context, upstream(number), output == node.output);
        if (node.temper == Temper.HOPELESS || (node.temper == Temper.FLAKY && context.attempt() % 2 == 1)) {
            throw new IllegalStateException("as planned");
        }
        return output;
    }

    private List<String> upstream(int number) {
        return nodes.get(number).inputs.stream().map(input -> input.ref.id()).toList();
    }

    Pipeline pipeline() {
        return pipeline;
    }

    int size() {
        return nodes.size();
    }

    String id(int number) {
        return nodes.get(number).ref.id();
    }

    TaskState end(int number) {
        return nodes.get(number).end;
    }

    /** As it is stored. */
    String output(int number) {
        return Long.toString(nodes.get(number).output);
    }
}
