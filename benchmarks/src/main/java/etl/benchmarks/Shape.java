package etl.benchmarks;

import java.util.Arrays;
import java.util.SplittableRandom;

/** The forms of the graphs; the same size gives the same graph in every process. */
public enum Shape {
    /** Each task after the one before. */
    CHAIN,
    /** No dependency at all. */
    WIDE,
    /** Layers of 1,000 tasks, each after 3 random ones of the layer before. */
    LAYERED,
    /** Three times as many edges as tasks, at random. */
    RANDOM;

    private static final int LAYER = 1_000;
    private static final int PARENTS = 3;

    Graph graph(int tasks) {
        return new Graph(
                switch (this) {
                    case CHAIN -> chain(tasks);
                    case WIDE -> new int[tasks][0];
                    case LAYERED -> layered(tasks);
                    case RANDOM -> random(tasks);
                });
    }

    private static int[][] chain(int tasks) {
        int[][] upstream = new int[tasks][];
        Arrays.setAll(upstream, task -> task == 0 ? new int[0] : new int[] {task - 1});
        return upstream;
    }

    private static int[][] layered(int tasks) {
        SplittableRandom random = new SplittableRandom(1);
        int[][] upstream = new int[tasks][];
        Arrays.setAll(upstream, task -> {
            int layer = task / LAYER * LAYER;
            return layer == 0 ? new int[0] : distinct(random, PARENTS, layer - LAYER, layer);
        });
        return upstream;
    }

    private static int[][] random(int tasks) {
        SplittableRandom random = new SplittableRandom(2);
        int[] counts = new int[tasks];
        for (int edges = 0; edges < PARENTS * tasks; ) {
            int task = random.nextInt(tasks);
            if (counts[task] < task) {
                counts[task]++;
                edges++;
            }
        }
        int[][] upstream = new int[tasks][];
        Arrays.setAll(upstream, task -> distinct(random, counts[task], 0, task));
        return upstream;
    }

    private static int[] distinct(SplittableRandom random, int count, int from, int to) {
        return count == 0
                ? new int[0]
                : random.ints(from, to).distinct().limit(count).toArray();
    }
}
