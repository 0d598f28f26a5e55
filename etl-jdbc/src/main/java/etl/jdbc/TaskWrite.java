package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.RunJournal;
import etl.core.spi.TaskChange;
import org.jspecify.annotations.Nullable;

/** A change on its way to the database, by the lease of its run if that has an owner. Equal only to itself, since the equality of an output is the user's code. */
record TaskWrite(
        RunId run,
        @Nullable Lease lease,
        TaskChange change,
        @Nullable String output,
        RunJournal.Receipt receipt) {
    /** Writes of the same task run keep their order. */
    record Row(RunId run, String taskId, int mapIndex) {}

    Row row() {
        return new Row(run, change.taskId(), change.mapIndex());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    int characters() {
        return output == null ? 0 : output.length();
    }
}
