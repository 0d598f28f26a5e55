package etl.core;

import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;

/**
 * One task run: the place of its columns, and what it is a run of.
 *
 * @param runs the table of its columns
 * @param index its place in the table
 * @param task its task's ordinal
 * @param mapIndex its index if it is an element of a mapped task, else {@link StoredTask#NOT_MAPPED}
 */
record TaskRun(TaskRuns runs, int index, int task, int mapIndex) {
    boolean isElement() {
        return mapIndex != StoredTask.NOT_MAPPED;
    }

    TaskState state() {
        return runs.state(index);
    }

    /** The change as one of this task run. */
    TaskChange of(TaskChange change) {
        return isElement() ? change.ofElement(mapIndex) : change;
    }
}
