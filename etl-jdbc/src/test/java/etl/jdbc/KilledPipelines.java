package etl.jdbc;

import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.TaskContext;
import etl.core.TaskRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** Random pipelines, the same in every process. A task's output tells its name and what it was given. */
final class KilledPipelines {
    private static final int PIPELINES = 6;
    private static final int MOST_TASKS = 20;
    private static final long LONGEST_TASK = Duration.ofMillis(20).toNanos();

    private final ExecutionLog log;

    KilledPipelines(ExecutionLog log) {
        this.log = log;
    }

    List<Pipeline> all() {
        return IntStream.range(0, PIPELINES).mapToObj(this::pipeline).toList();
    }

    private static String name(int number) {
        return "killed-" + number;
    }

    private static List<List<Integer>> upstream(int number) {
        Random random = new Random(number);
        List<List<Integer>> upstream = new ArrayList<>();
        for (int task = 0; task < 5 + random.nextInt(MOST_TASKS - 4); task++) {
            List<Integer> above = new ArrayList<>();
            for (int edge = random.nextInt(4); edge > 0 && task > 0; edge--) {
                int source = random.nextInt(task);
                if (!above.contains(source)) {
                    above.add(source);
                }
            }
            upstream.add(above);
        }
        return upstream;
    }

    private Pipeline pipeline(int number) {
        PipelineBuilder builder = Pipeline.named(name(number)).parallelism(3);
        List<TaskRef<String>> refs = new ArrayList<>();
        List<List<Integer>> upstream = upstream(number);
        for (int task = 0; task < upstream.size(); task++) {
            String id = "t" + task;
            var declared =
                    builder.task(id, String.class).retry(RetryPolicy.attempts(3).fixed(Duration.ofMillis(10)));
            List<TaskRef<String>> above =
                    upstream.get(task).stream().map(refs::get).toList();
            refs.add(
                    above.isEmpty()
                            ? declared.run(context -> execute(context, List.of()))
                            : declared.fromAll(above).run(this::execute));
        }
        return builder.build();
    }

    private String execute(TaskContext context, List<String> given) throws InterruptedException {
        return log.execution(context, () -> {
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(LONGEST_TASK));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return output(context.taskId(), given);
        });
    }

    private static String output(String taskId, List<String> given) {
        return taskId + " of \"" + Integer.toHexString(given.hashCode()) + "\"";
    }

    /** What the tasks of a pipeline return, by a reading of the graph alone. */
    static Map<String, String> expected(String pipeline) {
        List<List<Integer>> upstream = upstream(Integer.parseInt(pipeline.substring("killed-".length())));
        List<String> outputs = new ArrayList<>();
        Map<String, String> expected = new HashMap<>();
        for (int task = 0; task < upstream.size(); task++) {
            String output = output(
                    "t" + task, upstream.get(task).stream().map(outputs::get).toList());
            outputs.add(output);
            expected.put("t" + task, output);
        }
        return expected;
    }
}
