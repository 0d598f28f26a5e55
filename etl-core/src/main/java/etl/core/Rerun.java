package etl.core;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which tasks of a run that has ended are executed again, beside those that have not succeeded; for {@link Etl#rerun}.
 * Immutable and safe for use by many threads.
 */
public final class Rerun {
    private final Set<String> from;
    private final Set<String> only;

    private Rerun(Set<String> from, Set<String> only) {
        this.from = from;
        this.only = only;
    }

    /**
     * These tasks and everything below them.
     *
     * @param tasks tasks of the pipeline, at least one
     * @return the choice
     * @throws IllegalArgumentException if there is none
     */
    public static Rerun from(TaskRef<?>... tasks) {
        return from(ids(tasks));
    }

    /**
     * These tasks and everything below them.
     *
     * @param taskIds ids of tasks of the pipeline, at least one
     * @return the choice
     * @throws IllegalArgumentException if there is none
     */
    public static Rerun from(String... taskIds) {
        return new Rerun(checked(taskIds), Set.of());
    }

    /**
     * These tasks, and below them only what has not succeeded: what has succeeded keeps the output that it made of their
     * former outputs.
     *
     * @param tasks tasks of the pipeline, at least one
     * @return the choice
     * @throws IllegalArgumentException if there is none
     */
    public static Rerun only(TaskRef<?>... tasks) {
        return only(ids(tasks));
    }

    /**
     * These tasks, and below them only what has not succeeded: what has succeeded keeps the output that it made of their
     * former outputs.
     *
     * @param taskIds ids of tasks of the pipeline, at least one
     * @return the choice
     * @throws IllegalArgumentException if there is none
     */
    public static Rerun only(String... taskIds) {
        return new Rerun(Set.of(), checked(taskIds));
    }

    /**
     * The tasks of two choices.
     *
     * @param other another choice
     * @return both
     */
    public Rerun and(Rerun other) {
        return new Rerun(union(from, other.from), union(only, other.only));
    }

    /** The tasks that are executed again together with what is below them. */
    Set<String> fromTasks() {
        return from;
    }

    /** The tasks that are executed again alone. */
    Set<String> onlyTasks() {
        return only;
    }

    private static String[] ids(TaskRef<?>... tasks) {
        return Stream.of(tasks).map(TaskRef::id).toArray(String[]::new);
    }

    private static Set<String> checked(String... taskIds) {
        if (taskIds.length == 0) {
            throw new IllegalArgumentException(
                    "no task is named; name at least one, or resume the run to execute only what has not succeeded");
        }
        return union(Set.of(), new LinkedHashSet<>(List.of(taskIds)));
    }

    private static Set<String> union(Set<String> some, Set<String> more) {
        Set<String> both = new LinkedHashSet<>(some);
        both.addAll(more);
        return both;
    }

    @Override
    public String toString() {
        return "from " + from + ", only " + only;
    }
}
