package etl.engines.cli;

import etl.core.TaskState;
import etl.core.spi.RowCounts;
import etl.core.spi.RunListener;
import etl.core.spi.StoredTask;
import java.io.PrintWriter;

/** One line for each event, for pipes and logs. Safe for use by many threads. */
public final class PlainProgress implements RunListener {
    private final PrintWriter out;

    /**
     * Lines to a writer.
     *
     * @param out the writer, flushed after each line
     */
    public PlainProgress(PrintWriter out) {
        this.out = out;
    }

    @Override
    public boolean synchronous() {
        return true; // Its lines stand before those that the command prints at the end of the run.
    }

    @Override
    public void onRunStarted(RunStarted event) {
        line("run " + event.run().id() + " of pipeline " + event.run().pipeline() + ": " + event.tasks() + " tasks"
                + (event.done() == 0 ? "" : ", " + event.done() + " done before"));
    }

    @Override
    public void onCacheChecked(CacheChecked event) {
        if (event.result() == CacheResult.WAITING) {
            line(name(event.taskId(), event.mapIndex()) + ": waits for another run that computes the same output");
        }
    }

    @Override
    public void onTaskRetrying(TaskRetrying event) {
        line(name(event.taskId(), event.mapIndex()) + ": attempt " + event.attempt() + " failed (" + event.error()
                + "), next in " + Durations.text(event.delay()));
    }

    @Override
    public void onTaskEnded(TaskEnded event) {
        RowCounts rows = event.rows();
        line(name(event.taskId(), event.mapIndex()) + ": " + event.state()
                + (event.cachedFrom().isPresent() ? " (cached)" : "")
                + (event.attempt() == 0 || event.cachedFrom().isPresent()
                        ? ""
                        : " in " + Durations.text(event.duration()))
                + (rows.equals(RowCounts.NONE)
                        ? ""
                        : ", rows read " + rows.read() + ", written " + rows.written() + ", rejected "
                                + rows.rejected())
                + (event.state() == TaskState.FAILED
                        ? event.error().map(error -> ": " + error).orElse("")
                        : ""));
    }

    @Override
    public void onRunEnded(RunEnded event) {
        line("run " + event.run().id() + " " + event.state() + " after " + Durations.text(event.duration()));
    }

    @Override
    public void onRunStopped(RunStopped event) {
        line("run " + event.run().id() + " stopped after " + Durations.text(event.duration()) + ": " + event.reason());
    }

    private void line(String text) {
        out.println(text);
        out.flush();
    }

    private static String name(String taskId, int mapIndex) {
        return mapIndex == StoredTask.NOT_MAPPED ? taskId : taskId + "[" + mapIndex + "]";
    }
}
