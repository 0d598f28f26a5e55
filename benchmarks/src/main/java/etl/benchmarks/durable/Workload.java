package etl.benchmarks.durable;

import java.util.List;
import java.util.Locale;

/**
 * What is executed: pipelines of tasks that do nothing, all begun at once.
 *
 * @param name as the command line and the tables call it
 * @param pipelines how many pipelines
 * @param length how many tasks each has
 * @param chained whether each task of a pipeline waits for the one before it
 */
record Workload(String name, int pipelines, int length, boolean chained) {
    static final Workload CHAIN = new Workload("CHAIN", 1, 1_000, true);
    static final Workload INDEPENDENT = new Workload("INDEPENDENT", 1, 10_000, false);
    static final Workload PIPELINES = new Workload("PIPELINES", 200, 50, true);

    static List<Workload> all() {
        return List.of(CHAIN, INDEPENDENT, PIPELINES);
    }

    int tasks() {
        return pipelines * length;
    }

    /** Tasks are numbered throughout, pipeline after pipeline. */
    int task(int pipeline, int step) {
        return pipeline * length + step;
    }

    /** Whether a task of the same pipeline waits for this one. */
    boolean hasNext(int task) {
        return chained && (task + 1) % length != 0;
    }

    /** Whether it waits for no other task. */
    boolean isFirst(int task) {
        return !chained || task % length == 0;
    }

    /**
     * The same tasks for those that execute one after another whatever belongs together: independent tasks are spread over
     * as many sequences as are executed at once.
     */
    Workload inSequences(int atOnce) {
        if (chained) {
            return this;
        }
        if (tasks() % atOnce != 0) {
            throw new IllegalArgumentException(
                    tasks() + " tasks cannot be spread evenly over " + atOnce + " sequences");
        }
        return new Workload(name, atOnce, tasks() / atOnce, true);
    }

    String title() {
        if (!chained) {
            return String.format(Locale.ROOT, "%,d independent tasks", tasks());
        }
        return pipelines == 1
                ? String.format(Locale.ROOT, "a chain of %,d tasks", length)
                : String.format(Locale.ROOT, "%,d pipelines at once, each a chain of %,d tasks", pipelines, length);
    }
}
