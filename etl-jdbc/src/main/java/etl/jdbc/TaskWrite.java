package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.RunJournal;
import etl.core.spi.TaskChange;
import org.jspecify.annotations.Nullable;

/** A change on its way to the database. */
record TaskWrite(RunId run, TaskChange change, @Nullable String output, RunJournal.Receipt receipt) {
    /** Writes of the same task run keep their order. */
    record Row(RunId run, String taskId, int mapIndex) {}

    Row row() {
        return new Row(run, change.taskId(), change.mapIndex());
    }
}
