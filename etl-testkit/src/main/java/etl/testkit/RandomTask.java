package etl.testkit;

import etl.core.TaskState;
import etl.core.TriggerRule;
import java.util.ArrayList;
import java.util.List;

/** One task of a random pipeline, as data. */
final class RandomTask {
    final int index;
    final String id;
    final List<Integer> upstream = new ArrayList<>();
    Kind kind = Kind.PLAIN;
    TriggerRule rule = TriggerRule.ALL_SUCCESS;
    Deed deed = Deed.SUCCEED;
    boolean healed;
    int setup = -1;
    int branch = -1;
    boolean chosen;
    int elements;
    int failingElements;

    /** What a task's code does. */
    enum Deed {
        SUCCEED,
        FAIL,
        SKIP,
        FAIL_ONCE
    }

    enum Kind {
        PLAIN,
        BRANCH,
        MAPPED,
        TEARDOWN,
        FINAL
    }

    RandomTask(int index, String id) {
        this.index = index;
        this.id = id;
    }

    /** What its code does now: what failed the first time may succeed in another execution. */
    Deed deedNow() {
        return deed == Deed.FAIL && healed ? Deed.SUCCEED : deed;
    }

    /** How it ends if it is executed. */
    TaskState executed() {
        if (kind == Kind.MAPPED) {
            return failingElements > 0 && !healed ? TaskState.FAILED : TaskState.SUCCEEDED;
        }
        return switch (deedNow()) {
            case SUCCEED, FAIL_ONCE -> TaskState.SUCCEEDED;
            case FAIL -> TaskState.FAILED;
            case SKIP -> TaskState.SKIPPED;
        };
    }
}
