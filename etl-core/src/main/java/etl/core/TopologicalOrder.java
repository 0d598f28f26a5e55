package etl.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * The order in which tasks can run, by counting unfinished upstream tasks (Kahn, 1962): linear in tasks and
 * dependencies, without recursion.
 */
final class TopologicalOrder {
    private final int[][] upstream;
    private final int[] order;
    private final int ordered;

    private TopologicalOrder(int[][] upstream, int[] order, int ordered) {
        this.upstream = upstream;
        this.order = order;
        this.ordered = ordered;
    }

    static TopologicalOrder of(int[][] upstream) {
        Successors downstream = Successors.of(upstream);
        int[] waiting = new int[upstream.length];
        int[] order = new int[upstream.length];
        int end = 0;
        for (int task = 0; task < upstream.length; task++) {
            waiting[task] = upstream[task].length;
            if (waiting[task] == 0) {
                order[end++] = task;
            }
        }
        for (int next = 0; next < end; next++) {
            for (int place = downstream.first(order[next]); place < downstream.end(order[next]); place++) {
                int successor = downstream.at(place);
                if (--waiting[successor] == 0) {
                    order[end++] = successor;
                }
            }
        }
        return new TopologicalOrder(upstream, order, end);
    }

    /** All tasks, each after its upstream tasks. Only for a graph without cycles. */
    int[] toArray() {
        return Arrays.copyOf(order, ordered);
    }

    /** Cycles without a common task, each in the direction of the data; empty if every task could be ordered. */
    List<List<Integer>> cycles() {
        BitSet stuck = new BitSet(upstream.length);
        stuck.set(0, upstream.length);
        for (int i = 0; i < ordered; i++) {
            stuck.clear(order[i]);
        }
        Successors downstream = Successors.of(upstream);
        int[] unfinished = new int[upstream.length];
        stuck.stream()
                .forEach(task -> unfinished[task] =
                        (int) Arrays.stream(upstream[task]).filter(stuck::get).count());
        int[] position = new int[upstream.length];
        Arrays.fill(position, -1);
        List<List<Integer>> cycles = new ArrayList<>();
        for (int start = stuck.nextSetBit(0); start >= 0; start = stuck.nextSetBit(start)) {
            List<Integer> cycle = cycleFrom(start, stuck, position);
            cycles.add(cycle);
            remove(cycle, stuck, unfinished, downstream);
        }
        return cycles;
    }

    /** Every stuck task has a stuck upstream task, so that walking upstream must meet a task twice. */
    private List<Integer> cycleFrom(int start, BitSet stuck, int[] position) {
        List<Integer> walk = new ArrayList<>();
        int task = start;
        while (position[task] < 0) {
            position[task] = walk.size();
            walk.add(task);
            task = Arrays.stream(upstream[task]).filter(stuck::get).findFirst().orElseThrow();
        }
        List<Integer> cycle = new ArrayList<>(walk.subList(position[task], walk.size()));
        walk.forEach(walked -> position[walked] = -1);
        Collections.reverse(cycle);
        Collections.rotate(cycle, -cycle.indexOf(Collections.min(cycle)));
        return cycle;
    }

    private static void remove(List<Integer> cycle, BitSet stuck, int[] unfinished, Successors downstream) {
        Deque<Integer> freed = new ArrayDeque<>(cycle);
        cycle.forEach(stuck::clear);
        while (!freed.isEmpty()) {
            for (int successor : downstream.of(freed.remove())) {
                if (stuck.get(successor) && --unfinished[successor] == 0) {
                    stuck.clear(successor);
                    freed.add(successor);
                }
            }
        }
    }
}
