package etl.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/**
 * A random graph without cycles, declared in any order: what the properties ask of the library, they work out for
 * themselves from this.
 *
 * @param upstream the upstream tasks of each task
 */
record Dag(List<Set<Integer>> upstream) {
    /** Graphs of up to so many tasks. */
    static Arbitrary<Dag> ofAtMost(int tasks) {
        return Arbitraries.integers()
                .between(1, tasks)
                .flatMap(size -> Arbitraries.integers()
                        .between(1, 6)
                        .flatMap(sparseness -> Arbitraries.randomValue(random -> {
                            List<Integer> rank = new ArrayList<>();
                            for (int task = 0; task < size; task++) {
                                rank.add(random.nextInt(rank.size() + 1), task);
                            }
                            List<Set<Integer>> upstream = new ArrayList<>();
                            for (int task = 0; task < size; task++) {
                                Set<Integer> above = new TreeSet<>();
                                for (int other = 0; other < size; other++) {
                                    if (rank.indexOf(other) < rank.indexOf(task) && random.nextInt(sparseness) == 0) {
                                        above.add(other);
                                    }
                                }
                                upstream.add(above);
                            }
                            return new Dag(upstream);
                        })));
    }

    int size() {
        return upstream.size();
    }

    /** The upstream tasks of each task, as the resolver takes them. */
    int[][] arrays() {
        return upstream.stream()
                .map(above -> above.stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new);
    }

    static String id(int task) {
        return "t" + task;
    }

    /** Declares a task per node, by the ids of its upstream tasks. */
    Pipeline pipeline(int parallelism, IntFunction<Action> body) {
        PipelineBuilder pipeline = Pipeline.named("dag").parallelism(parallelism);
        for (int task = 0; task < size(); task++) {
            pipeline.task(id(task))
                    .after(upstream.get(task).stream().map(Dag::id).toArray(String[]::new))
                    .run(body.apply(task));
        }
        return pipeline.build();
    }

    /** How each task must end if these fail: by looking upstream, without any order. */
    List<TaskState> ends(Set<Integer> failing) {
        TaskState[] ends = new TaskState[size()];
        for (int task = 0; task < size(); task++) {
            end(task, failing, ends);
        }
        return List.of(ends);
    }

    private TaskState end(int task, Set<Integer> failing, TaskState[] ends) {
        if (ends[task] == null) {
            boolean startable = true;
            for (int above : upstream.get(task)) {
                startable &= end(above, failing, ends) == TaskState.SUCCEEDED;
            }
            TaskState own = failing.contains(task) ? TaskState.FAILED : TaskState.SUCCEEDED;
            ends[task] = startable ? own : TaskState.UPSTREAM_FAILED;
        }
        return ends[task];
    }

    /** The task itself or one above it, found by a random walk. */
    int upwards(int task, Random random) {
        int here = task;
        while (!upstream.get(here).isEmpty() && random.nextInt(4) > 0) {
            List<Integer> above = List.copyOf(upstream.get(here));
            here = above.get(random.nextInt(above.size()));
        }
        return here;
    }
}
