package etl.testkit;

import etl.core.TaskState;
import etl.testkit.RandomTask.Kind;
import etl.testkit.RandomTask.Part;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** How a random pipeline ends by the documentation: one task after the other, in the order of their declaration. */
final class RandomOracle {
    private final List<RandomTask> tasks;
    private final BitSet skippedThemselves = new BitSet();
    private final Map<RandomTask, BitSet> below = new HashMap<>();

    /** For a pipeline whose tasks may still be added. */
    RandomOracle(List<RandomTask> tasks) {
        this.tasks = tasks;
    }

    /** The final states, if some tasks have ended before. */
    Map<String, TaskState> expected(Map<String, TaskState> before) {
        Map<String, TaskState> states = new HashMap<>();
        for (RandomTask task : tasks) {
            TaskState state = before.get(task.id);
            if (state == null) {
                Optional<TaskState> closed = before.isEmpty() ? closed(task.part, states) : closed(task, states);
                state = closed.orElseGet(() -> decide(task, states));
                skippedThemselves.set(task.index, state == TaskState.RUNNING && task.executed() == TaskState.SKIPPED);
                state = state == TaskState.RUNNING ? task.executed() : state;
            }
            states.put(task.id, state);
        }
        return states;
    }

    /** RUNNING if it is executed. */
    private TaskState decide(RandomTask task, Map<String, TaskState> states) {
        List<TaskState> upstream = new ArrayList<>();
        for (int index : upstream(task)) {
            TaskState state = state(index, states);
            boolean notChosen = index == task.branch && state == TaskState.SUCCEEDED && !task.chosen;
            upstream.add(notChosen ? TaskState.SKIPPED : state);
        }
        if (task.kind == Kind.END) {
            return end(task, upstream, states);
        }
        if (task.kind == Kind.TEARDOWN) {
            return switch (state(task.setup, states)) {
                case SUCCEEDED -> TaskState.RUNNING;
                case SKIPPED -> TaskState.SKIPPED;
                default -> TaskState.UPSTREAM_FAILED;
            };
        }
        return task.kind == Kind.FINAL || upstream.isEmpty() ? TaskState.RUNNING : byRule(task, upstream);
    }

    private static Collection<Integer> upstream(RandomTask task) {
        Set<Integer> upstream = new LinkedHashSet<>(task.upstream);
        if (!task.asksGatesFirst()) {
            upstream.addAll(task.gates());
        }
        return upstream;
    }

    /** What becomes of every task of an included pipeline that does not start. */
    private Optional<TaskState> closed(Part part, Map<String, TaskState> states) {
        Optional<TaskState> around = part.around.flatMap(outer -> closed(outer, states));
        return around.isPresent() ? around : closed(part.gates, states);
    }

    /** The same in an execution that keeps tasks: it does not ask beyond them. */
    private Optional<TaskState> closed(RandomTask task, Map<String, TaskState> states) {
        return task.asksGatesFirst() ? closed(task.gates(), states) : Optional.empty();
    }

    private Optional<TaskState> closed(Collection<Integer> tasks, Map<String, TaskState> states) {
        List<TaskState> gates = tasks.stream().map(gate -> state(gate, states)).toList();
        if (gates.contains(TaskState.FAILED) || gates.contains(TaskState.UPSTREAM_FAILED)) {
            return Optional.of(TaskState.UPSTREAM_FAILED);
        }
        return gates.contains(TaskState.SKIPPED) ? Optional.of(TaskState.SKIPPED) : Optional.empty();
    }

    private TaskState end(RandomTask task, List<TaskState> all, Map<String, TaskState> states) {
        if (all.contains(TaskState.FAILED) || all.contains(TaskState.UPSTREAM_FAILED)) {
            return TaskState.UPSTREAM_FAILED;
        }
        boolean skipped = task.last.stream().allMatch(last -> state(last, states) == TaskState.SKIPPED);
        return skipped ? TaskState.SKIPPED : TaskState.RUNNING;
    }

    private TaskState state(int task, Map<String, TaskState> states) {
        return Objects.requireNonNull(states.get(tasks.get(task).id));
    }

    private static TaskState byRule(RandomTask task, List<TaskState> upstream) {
        int all = upstream.size();
        int success = Collections.frequency(upstream, TaskState.SUCCEEDED);
        int skipped = Collections.frequency(upstream, TaskState.SKIPPED);
        int failed = Collections.frequency(upstream, TaskState.FAILED);
        int stopped = Collections.frequency(upstream, TaskState.UPSTREAM_FAILED);
        TaskState start = TaskState.RUNNING;
        TaskState unlessFailed = failed + stopped > 0 ? TaskState.UPSTREAM_FAILED : TaskState.SKIPPED;
        return switch (task.rule) {
            case ALL_SUCCESS -> success == all ? start : unlessFailed;
            case ALL_FAILED -> failed + stopped == all ? start : TaskState.SKIPPED;
            case ALL_DONE, ALWAYS -> start;
            case ONE_SUCCESS -> success > 0 ? start : unlessFailed;
            case ONE_FAILED -> failed + stopped > 0 ? start : TaskState.SKIPPED;
            case ONE_DONE -> success + failed > 0 ? start : TaskState.SKIPPED;
            case NONE_FAILED -> failed + stopped == 0 ? start : TaskState.UPSTREAM_FAILED;
            case NONE_FAILED_MIN_ONE_SUCCESS -> failed + stopped == 0 && success > 0 ? start : unlessFailed;
            case NONE_SKIPPED -> skipped == 0 ? start : TaskState.SKIPPED;
            case ALL_SKIPPED -> skipped == all ? start : TaskState.SKIPPED;
        };
    }

    /** What another execution leaves as it is: what has ended well, but for what was chosen and for clean-up. */
    Map<String, TaskState> kept(Map<String, TaskState> ended, BitSet chosen) {
        BitSet redone = (BitSet) chosen.clone();
        BitSet executed = executedAgain(ended, redone);
        int known = -1;
        while (known < redone.cardinality()) {
            known = redone.cardinality();
            for (RandomTask task : tasks) {
                addCleanUp(task, ended, executed, redone);
            }
            executed = executedAgain(ended, redone);
        }
        Map<String, TaskState> kept = new HashMap<>(ended);
        for (RandomTask task : tasks) {
            if (redone.get(task.index) || !endedWell(ended, task)) {
                kept.remove(task.id);
            }
        }
        return kept;
    }

    private void addCleanUp(RandomTask task, Map<String, TaskState> ended, BitSet executed, BitSet redone) {
        if (task.kind == Kind.FINAL && any(executed, other -> isBefore(other, task))) {
            redone.set(task.index);
        }
        if (task.kind == Kind.TEARDOWN) {
            BitSet belowSetup = below(tasks.get(task.setup));
            List<RandomTask> between = tasks.stream()
                    .filter(other -> belowSetup.get(other.index) && below(other).get(task.index))
                    .toList();
            List<RandomTask> work =
                    between.stream().filter(other -> executed.get(other.index)).toList();
            if (!work.isEmpty() && (endedWell(ended, task) || ended.get(task.id) == TaskState.FAILED)) {
                redone.set(task.setup);
                between.stream()
                        .filter(other ->
                                work.stream().anyMatch(worker -> below(other).get(worker.index)))
                        .forEach(other -> redone.set(other.index));
            }
            if (!work.isEmpty() || executed.get(task.setup)) {
                redone.set(task.index);
            }
        }
    }

    /** Whether a task comes before one that runs finally. */
    private static boolean isBefore(RandomTask other, RandomTask last) {
        return other.part.isWithin(last.part) && (other.kind != Kind.FINAL || other.part != last.part);
    }

    private boolean any(BitSet some, Predicate<RandomTask> condition) {
        return some.stream().mapToObj(tasks::get).anyMatch(condition);
    }

    /** All but what has ended well, and but for what is skipped once more because nothing above it is executed. */
    private BitSet executedAgain(Map<String, TaskState> ended, BitSet redone) {
        BitSet executed = (BitSet) redone.clone();
        for (RandomTask task : tasks) {
            boolean skipped = ended.get(task.id) == TaskState.SKIPPED;
            if (!endedWell(ended, task)
                    && (!skipped || IntStream.of(task.waitsFor()).anyMatch(executed::get))) {
                executed.set(task.index);
            }
        }
        return executed;
    }

    private boolean endedWell(Map<String, TaskState> ended, RandomTask task) {
        return ended.get(task.id) == TaskState.SUCCEEDED || skippedThemselves.get(task.index);
    }

    /** Everything below a task, not the task itself. */
    BitSet below(RandomTask task) {
        return below.computeIfAbsent(task, any -> {
            BitSet found = new BitSet();
            for (RandomTask other : tasks) {
                if (IntStream.of(other.waitsFor()).anyMatch(above -> above == task.index || found.get(above))) {
                    found.set(other.index);
                }
            }
            return found;
        });
    }
}
