package etl.benchmarks;

import java.util.Arrays;

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
}
