package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.RunJournal;
import etl.core.spi.TaskChange;
import org.jspecify.annotations.Nullable;

/** A change of a task run. Equal only to itself, since the equality of an output is the user's code. */
record TaskWrite(
        RunId run,
        @Nullable Lease lease,
        TaskChange change,
        @Nullable String output,
        RunJournal.Receipt receipt) implements StateWrite {
    /** A task run. */
    record Row(RunId run, String taskId, int mapIndex) {}

    @Override
    public Row row() {
        return new Row(run, change.taskId(), change.mapIndex());
    }

    @Override
    public int characters() {
        return output == null ? 0 : output.length();
    }

    @Override
    public String refusal() {
        return "task '" + change.taskId() + "', attempt " + change.attempt() + ", of run " + run + " cannot become "
                + change.state() + ": its stored state has gone on";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
