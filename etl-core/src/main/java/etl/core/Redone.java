package etl.core;

import etl.core.spi.RowCounts;
import etl.core.spi.StoredTask;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks of a run are executed again although they have ended well: those that somebody has chosen, and what follows
 * from it for the others.
 *
 * <p>Tasks that run finally have their turn in every execution that executes anything. A teardown that has run has taken
 * away what its setups had made: if a task between the two is executed again, so are both, and what lies between the setups
 * and that task. The elements of a mapped task belong to the list that it was mapped over: if that may change, or has been
 * given by hand since, none of them is kept.
 */
final class Redone {
    private final Pipeline pipeline;
    private final @Nullable StoredTask[] stored;
    private final BitSet withElements = new BitSet();
    private final BitSet redone = new BitSet();

    private Redone(Pipeline pipeline, List<StoredTask> rows) {
        this.pipeline = pipeline;
        this.stored = new StoredTask[pipeline.size()];
        for (StoredTask row : rows) {
            int task = pipeline.ordinal(row.taskId());
            if (row.mapIndex() == StoredTask.NOT_MAPPED) {
                stored[task] = row;
            } else {
                withElements.set(task);
            }
        }
    }

    /** What a resume executes again. */
    static Set<String> inResume(Pipeline pipeline, List<StoredTask> rows) {
        Redone scope = new Redone(pipeline, rows);
        scope.complete();
        return scope.ids();
    }

    /**
     * What a rerun executes again.
     *
     * @throws IllegalArgumentException if the choice names tasks that the pipeline does not have
     */
    static Set<String> inRerun(Pipeline pipeline, List<StoredTask> rows, Rerun choice) {
        Set<String> unknown = new LinkedHashSet<>(choice.fromTasks());
        unknown.addAll(choice.onlyTasks());
        unknown.removeIf(id -> pipeline.task(id).isPresent());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("pipeline '" + pipeline.name() + "' has no task "
                    + String.join(", ", unknown.stream().map(Quoted::of).toList()) + "; it has "
                    + known(pipeline));
        }
        Redone scope = new Redone(pipeline, rows);
        choice.onlyTasks().forEach(id -> scope.redone.set(pipeline.ordinal(id)));
        Deque<Integer> below = new ArrayDeque<>();
        choice.fromTasks().forEach(id -> below.add(pipeline.ordinal(id)));
        scope.addWithEverythingBelow(below);
        scope.complete();
        return scope.ids();
    }

    private static String known(Pipeline pipeline) {
        int shown = 20;
        String ids = String.join(
                ", ", pipeline.tasks().stream().limit(shown).map(TaskView::id).toList());
        return pipeline.size() > shown ? ids + " and " + (pipeline.size() - shown) + " more" : ids;
    }

    /** Rows as they are once these tasks have been reset. */
    static List<StoredTask> reset(List<StoredTask> rows, Set<String> tasks) {
        List<StoredTask> reset = new ArrayList<>(rows.size());
        for (StoredTask row : rows) {
            reset.add(
                    tasks.contains(row.taskId())
                            ? new StoredTask(
                                    row.taskId(),
                                    row.mapIndex(),
                                    TaskState.PENDING,
                                    row.attempts(),
                                    false,
                                    RowCounts.NONE,
                                    Optional.empty())
                            : row);
        }
        return reset;
    }

    private void addWithEverythingBelow(Deque<Integer> tasks) {
        BitSet seen = new BitSet();
        while (!tasks.isEmpty()) {
            int task = tasks.remove();
            if (!seen.get(task)) {
                seen.set(task);
                for (int successor : pipeline.downstream(task)) {
                    tasks.add(successor);
                }
            }
        }
        redone.or(seen);
    }

    private void complete() {
        BitSet executed = executed();
        while (addCleanUp(executed)) {
            executed = executed();
        }
        for (int task = withElements.nextSetBit(0); task >= 0; task = withElements.nextSetBit(task + 1)) {
            if (executed.get(task) && !keepsElements(task, executed)) {
                redone.set(task);
            }
        }
    }

    private boolean keepsElements(int mapped, BitSet executed) {
        StoredTask whole = stored[mapped];
        if (whole != null && Marks.hasFailedByHand(whole)) {
            return false;
        }
        for (int input : pipeline.inputs(mapped)) {
            StoredTask row = stored[input];
            if (executed.get(input) || (row != null && Marks.wasGivenSince(row, whole))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Of the tasks that an execution executes, those that must not reuse a cached output: what is redone, what an operator has
     * refused, and what has had an output in this run that was thrown away.
     */
    static Set<String> uncached(List<StoredTask> rows, Set<String> redone) {
        Set<String> uncached = new HashSet<>(redone);
        for (StoredTask row : rows) {
            boolean thrownAway = !row.survivesResume()
                    && row.attempts().stream().anyMatch(attempt -> attempt.state() == TaskState.SUCCEEDED);
            if (thrownAway || Marks.hasFailedByHand(row)) {
                uncached.add(row.taskId());
            }
        }
        return uncached;
    }

    /** The tasks that may be executed again: what has not ended well, but for what was skipped and will be once more. */
    private BitSet executed() {
        BitSet executed = new BitSet();
        for (int task : pipeline.order()) {
            StoredTask row = stored[task];
            boolean decidedAnew = row == null || !row.survivesResume();
            if (redone.get(task) || (decidedAnew && (row == null || row.state() != TaskState.SKIPPED))) {
                executed.set(task);
            } else if (decidedAnew) {
                for (int source : pipeline.upstream(task)) {
                    executed.set(task, executed.get(task) || executed.get(source));
                }
            }
        }
        return executed;
    }

    /** True if more tasks are redone now than before. */
    private boolean addCleanUp(BitSet executed) {
        int before = redone.cardinality();
        for (int task = 0; task < stored.length; task++) {
            TaskView view = pipeline.task(task);
            if (!view.teardownOf().isEmpty()) {
                addTeardown(task, view, executed);
            } else if (view.runsFinally() && comesAfterAny(task, view, executed)) {
                redone.set(task);
            }
        }
        return redone.cardinality() > before;
    }

    /** Whether a task that runs finally comes after one of these, which is of its pipeline and does not run finally, too. */
    private boolean comesAfterAny(int last, TaskView view, BitSet tasks) {
        for (int source : pipeline.upstream(last)) {
            TaskView above = pipeline.task(source);
            boolean sameTurn = above.runsFinally() && pipeline.scope(source) == pipeline.scope(last);
            if (tasks.get(source) && !sameTurn && !view.gates().contains(above.id())) {
                return true;
            }
        }
        return false;
    }

    private void addTeardown(int teardown, TaskView view, BitSet executed) {
        Set<Integer> setups = new HashSet<>();
        view.teardownOf().forEach(id -> setups.add(pipeline.ordinal(id)));
        BitSet between = between(setups, teardown);
        BitSet work = (BitSet) between.clone();
        setups.forEach(work::clear);
        work.and(executed);
        boolean setUpAgain = setups.stream().anyMatch(executed::get);
        if (work.isEmpty() && !setUpAgain) {
            return;
        }
        if (hasRun(teardown) && !work.isEmpty()) {
            setups.forEach(redone::set);
            setups.forEach(work::set);
            addAbove(work, between);
        }
        redone.set(teardown);
    }

    /** What has been made for some tasks, and was taken away with the rest. */
    private void addAbove(BitSet tasks, BitSet between) {
        Deque<Integer> next = new ArrayDeque<>();
        tasks.stream().forEach(next::add);
        while (!next.isEmpty()) {
            for (int source : pipeline.upstream(next.remove())) {
                if (between.get(source) && !redone.get(source)) {
                    redone.set(source);
                    next.add(source);
                }
            }
        }
    }

    /** The tasks that are below a setup and above its teardown, other setups of it among them. */
    private BitSet between(Set<Integer> setups, int teardown) {
        BitSet above = new BitSet();
        Deque<Integer> next = new ArrayDeque<>(List.of(teardown));
        while (!next.isEmpty()) {
            for (int source : pipeline.upstream(next.remove())) {
                if (!above.get(source)) {
                    above.set(source);
                    next.add(source);
                }
            }
        }
        BitSet between = new BitSet();
        next.addAll(setups);
        while (!next.isEmpty()) {
            for (int successor : pipeline.downstream(next.remove())) {
                if (above.get(successor) && !between.get(successor)) {
                    between.set(successor);
                    next.add(successor);
                }
            }
        }
        return between;
    }

    private boolean hasRun(int task) {
        StoredTask row = stored[task];
        return row != null && row.byLastAttempt();
    }

    private Set<String> ids() {
        Set<String> ids = new HashSet<>();
        redone.stream().forEach(task -> ids.add(pipeline.task(task).id()));
        return ids;
    }
}
