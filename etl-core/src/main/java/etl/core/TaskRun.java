package etl.core;

import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;

/**
 * One task run: the place of its columns, and what it is a run of.
 *
 * @param runs the table of its columns: that of the run, or of the elements of one mapped task
 * @param task its task's ordinal
 * @param mapIndex its index if it is an element of a mapped task, else {@link StoredTask#NOT_MAPPED}
 */
record TaskRun(TaskRuns runs, int task, int mapIndex) {
    /** Its place in the table. */
    int index() {
        return isElement() ? mapIndex : task;
    }

    boolean isElement() {
        return mapIndex != StoredTask.NOT_MAPPED;
    }

    TaskState state() {
        return runs.state(index());
    }

    /** The change as one of this task run. */
    TaskChange of(TaskChange change) {
        return isElement() ? change.ofElement(mapIndex) : change;
    }
}
