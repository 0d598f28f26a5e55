package etl.testkit;

import etl.core.TaskState;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.util.HashSet;
import java.util.Set;

/** At which change of a task the process dies, or seems to: from then on nothing is stored. Each happens once. */
final class CrashPoints {
    private final Set<String> beforeStoring = new HashSet<>();
    private final Set<String> afterStoring = new HashSet<>();

    /** The process has died. */
    static final class Crash extends StateStoreException {
        private static final long serialVersionUID = 1;

        Crash(String where) {
            super("the process has crashed, as planned, " + where, null);
        }
    }

    synchronized void beforeStoring(String task) {
        beforeStoring.add(task);
    }

    synchronized void afterStoring(String task) {
        afterStoring.add(task);
    }

    synchronized void remove(String task) {
        beforeStoring.remove(task);
        afterStoring.remove(task);
    }

    synchronized boolean isBefore(TaskChange change) {
        return isEnd(change) && beforeStoring.remove(change.taskId());
    }

    synchronized boolean isAfter(TaskChange change) {
        return isEnd(change) && afterStoring.remove(change.taskId());
    }

    private static boolean isEnd(TaskChange change) {
        return change.state() == TaskState.SUCCEEDED && change.mapIndex() == StoredTask.NOT_MAPPED;
    }
}
