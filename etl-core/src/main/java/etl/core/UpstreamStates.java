package etl.core;

import etl.core.TriggerRule.Decision;
import etl.core.TriggerRule.Upstream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntFunction;

/**
 * What each task has seen of its upstream tasks: how many have not ended yet, and which final states there were among the
 * others. One word for each task, changed in one atomic step, so that exactly one caller is told the decision.
 */
@SuppressWarnings("EnumOrdinal") // The rows of the table are the rules, in memory only.
final class UpstreamStates {
    private static final int DECIDED = 1 << 30;
    private static final int SUCCEEDED = 1 << 29;
    private static final int FAILED = 1 << 28;
    private static final int UPSTREAM_FAILED = 1 << 27;
    private static final int SKIPPED = 1 << 26;
    private static final int FLAGS = SUCCEEDED | FAILED | UPSTREAM_FAILED | SKIPPED;
    private static final int FLAGS_SHIFT = 26;
    private static final int UNFINISHED = SKIPPED - 1;
    private static final Decision[][] TABLE = table();

    private final Pipeline pipeline;
    private final AtomicIntegerArray words;

    UpstreamStates(Pipeline pipeline) {
        this.pipeline = pipeline;
        this.words = new AtomicIntegerArray(pipeline.startWords());
    }

    /** The words of tasks of which no upstream task has ended. */
    static int[] startWords(TaskNode[] nodes) {
        return Arrays.stream(nodes).mapToInt(node -> node.upstream().length).toArray();
    }

    /** The decision over a task of which no upstream task has ended; WAIT if it depends on them. */
    Decision begin(int task) {
        int word = words.get(task);
        boolean starts = word == 0 || decision(task, word, ignored -> TaskState.PENDING) == Decision.START;
        return starts && words.compareAndSet(task, word, word | DECIDED) ? Decision.START : Decision.WAIT;
    }

    /** The decision over a task of which one more upstream task has ended; WAIT if there is none or it was told before. */
    Decision ended(int task, TaskState how, IntFunction<TaskState> states) {
        int flag = flag(how);
        while (true) {
            int word = words.get(task);
            int next = (word - 1) | flag;
            Decision decision = (word & DECIDED) != 0 ? Decision.WAIT : decision(task, next, states);
            if (decision != Decision.WAIT) {
                next |= DECIDED;
            }
            if (words.compareAndSet(task, word, next)) {
                return decision;
            }
        }
    }

    /**
     * The same for a plain task of which one more upstream task has succeeded. That matters only if it is the last one, so that
     * nothing has to be read before.
     */
    Decision succeeded(int task, IntFunction<TaskState> states) {
        int word = words.getAndDecrement(task);
        if ((word & UNFINISHED) != 1 || (word & DECIDED) != 0) {
            return Decision.WAIT;
        }
        return (word & FLAGS) == 0 ? Decision.START : decision(task, (word - 1) | SUCCEEDED, states);
    }

    private Decision decision(int task, int word, IntFunction<TaskState> states) {
        int done = (word & UNFINISHED) == 0 ? 1 : 0;
        TaskStart start = pipeline.start(task);
        return start.confirm(TABLE[start.rule().ordinal()][(word & FLAGS) >>> FLAGS_SHIFT << 1 | done], states);
    }

    /** The trigger rules as a table: one row for each rule, one column for each combination of flags and "done". */
    private static Decision[][] table() {
        Decision[][] table = new Decision[TriggerRule.values().length][32];
        for (TriggerRule rule : TriggerRule.values()) {
            for (int column = 0; column < 32; column++) {
                int flags = column >>> 1 << FLAGS_SHIFT;
                table[rule.ordinal()][column] = rule.decide(new Upstream(
                        (column & 1) != 0,
                        (flags & SUCCEEDED) != 0,
                        (flags & FAILED) != 0,
                        (flags & UPSTREAM_FAILED) != 0,
                        (flags & SKIPPED) != 0));
            }
        }
        return table;
    }

    private static int flag(TaskState how) {
        return switch (how) {
            case SUCCEEDED -> SUCCEEDED;
            case FAILED, CANCELLED -> FAILED;
            case UPSTREAM_FAILED -> UPSTREAM_FAILED;
            case SKIPPED -> SKIPPED;
            case PENDING -> 0; // a gate
            case RUNNING, RETRYING ->
                throw new IllegalArgumentException("an upstream task has not ended: it is " + how);
        };
    }
}
