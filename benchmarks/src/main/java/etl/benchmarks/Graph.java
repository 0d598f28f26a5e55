package etl.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Tasks that depend on others, each on tasks with lower numbers only. Immutable if its arrays are left alone. */
final class Graph {
    private final int[][] upstream;
    private final int[][] downstream;

    Graph(int[][] upstream) {
        this.upstream = upstream;
        int[] counts = new int[upstream.length];
        for (int[] sources : upstream) {
            for (int source : sources) {
                counts[source]++;
            }
        }
        this.downstream = new int[upstream.length][];
        Arrays.setAll(downstream, task -> new int[counts[task]]);
        for (int task = upstream.length - 1; task >= 0; task--) {
            for (int source : upstream[task]) {
                downstream[source][--counts[source]] = task;
            }
        }
    }

    int size() {
        return upstream.length;
    }

    int[] upstream(int task) {
        return upstream[task];
    }

    int[] downstream(int task) {
        return downstream[task];
    }

    int[] roots() {
        return IntStream.range(0, size())
                .filter(task -> upstream[task].length == 0)
                .toArray();
    }

    int[] leaves() {
        return IntStream.range(0, size())
                .filter(task -> downstream[task].length == 0)
                .toArray();
    }

    /** The tasks by the length of the longest path to them. */
    Collection<List<Integer>> levels() {
        int[] levels = new int[size()];
        Map<Integer, List<Integer>> tasks = new TreeMap<>();
        for (int task = 0; task < levels.length; task++) {
            for (int source : upstream[task]) {
                levels[task] = Math.max(levels[task], levels[source] + 1);
            }
            tasks.computeIfAbsent(levels[task], level -> new ArrayList<>()).add(task);
        }
        return tasks.values();
    }
}
