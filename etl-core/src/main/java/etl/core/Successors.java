package etl.core;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * For each task those of which it is an upstream task, in the order of declaration, and which of them are plain. All are in
 * one array, those of one task side by side, so that a large graph takes little memory. Immutable.
 */
final class Successors {
    /** For each task the place of its first successor, and at the end one past the last place. */
    private final int[] first;

    /** At each place a task; of one that is not plain, its complement. */
    private final int[] tasks;

    private Successors(int[] first, int[] tasks) {
        this.first = first;
        this.tasks = tasks;
    }

    static Successors of(int[][] upstream) {
        return of(upstream, task -> true);
    }

    static Successors of(int[][] upstream, IntPredicate isPlain) {
        int[] first = new int[upstream.length + 1];
        for (int[] sources : upstream) {
            for (int source : sources) {
                first[source + 1]++;
            }
        }
        for (int task = 0; task < upstream.length; task++) {
            first[task + 1] += first[task];
        }
        int[] next = Arrays.copyOf(first, upstream.length);
        int[] tasks = new int[first[upstream.length]];
        for (int task = 0; task < upstream.length; task++) {
            int entry = isPlain.test(task) ? task : ~task;
            for (int source : upstream[task]) {
                tasks[next[source]++] = entry;
            }
        }
        return new Successors(first, tasks);
    }

    /** Where the successors of a task begin. */
    int first(int task) {
        return first[task];
    }

    /** One past the place of the last successor of a task. */
    int end(int task) {
        return first[task + 1];
    }

    /** The successor at a place. */
    int at(int place) {
        int entry = tasks[place];
        return entry < 0 ? ~entry : entry;
    }

    /** Whether all that counts for the successor at a place is whether each of its upstream tasks has succeeded. */
    boolean isPlain(int place) {
        return tasks[place] >= 0;
    }

    /** A copy of the successors of one task. */
    int[] of(int task) {
        return IntStream.range(first(task), end(task)).map(this::at).toArray();
    }
}
