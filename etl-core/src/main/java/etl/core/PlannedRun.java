package etl.core;

import etl.core.TriggerRule.Decision;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A run on paper by list scheduling: whenever fewer tasks are under way than may be, the next one that is ready starts, in
 * the order of {@link Turn} that the runner has, too. Every task that starts succeeds, and every branch chooses all its
 * targets. The rules decide as in a real run, so that a task that waits for a failure is skipped.
 */
final class PlannedRun {
    private static final int NOBODY = -1;

    private final Pipeline pipeline;
    private final TaskDurations durations;
    private final UpstreamStates upstream;
    private final TaskState[] states;
    private final int[] releasedBy;
    private final PriorityQueue<Entry<Long>> ready = new PriorityQueue<>(Comparator.comparing(Entry::key));
    private final PriorityQueue<Entry<Duration>> running = new PriorityQueue<>(
            Comparator.<Entry<Duration>, Duration>comparing(Entry::key).thenComparingLong(Entry::arrival));
    private Duration now = Duration.ZERO;
    private long arrivals;
    private int lastToEnd = NOBODY;

    private record Entry<K>(K key, long arrival, int task) {}

    PlannedRun(Pipeline pipeline, TaskDurations durations, int tasksAtOnce) {
        this.pipeline = pipeline;
        this.durations = durations;
        this.upstream = new UpstreamStates(pipeline);
        this.states = new TaskState[pipeline.size()];
        this.releasedBy = new int[pipeline.size()];
        Arrays.fill(states, TaskState.PENDING);
        Arrays.fill(releasedBy, NOBODY);
        execute(tasksAtOnce);
    }

    private void execute(int tasksAtOnce) {
        for (int task = 0; task < pipeline.size(); task++) {
            if (upstream.begin(task) == Decision.START) {
                release(task);
            }
        }
        while (!ready.isEmpty() || !running.isEmpty()) {
            while (!ready.isEmpty() && running.size() < tasksAtOnce) {
                int task = ready.remove().task();
                Duration end = now.plus(duration(task));
                running.add(new Entry<>(end, arrivals++, task));
            }
            now = running.element().key();
            while (!running.isEmpty() && running.element().key().equals(now)) {
                succeed(running.remove().task());
            }
        }
    }

    private Duration duration(int task) {
        return durations.of(pipeline.task(task).id()).orElse(Duration.ZERO);
    }

    private void release(int task) {
        long arrival = arrivals++;
        ready.add(new Entry<>(Turn.of(arrival, pipeline.task(task).priority()), arrival, task));
    }

    private void succeed(int task) {
        lastToEnd = task;
        states[task] = TaskState.SUCCEEDED;
        Deque<Integer> ended = new ArrayDeque<>(List.of(task));
        while (!ended.isEmpty()) {
            int above = ended.remove();
            for (int below : pipeline.downstream(above)) {
                Decision decision = upstream.ended(below, states[above], other -> states[other]);
                if (decision == Decision.WAIT) {
                    continue;
                }
                releasedBy[below] = above;
                if (decision == Decision.START) {
                    release(below);
                } else {
                    states[below] = TaskState.SKIPPED;
                    ended.add(below);
                }
            }
        }
    }

    /** When the last task has ended. */
    Duration time() {
        return now;
    }

    boolean starts(int task) {
        return states[task] == TaskState.SUCCEEDED;
    }

    /** The task that ends last, after the one whose end let it start, and so on up to the first. */
    List<Integer> lastChain() {
        List<Integer> chain = new ArrayList<>();
        for (int task = lastToEnd; task != NOBODY; task = releasedBy[task]) {
            chain.add(task);
        }
        Collections.reverse(chain);
        return chain;
    }
}
