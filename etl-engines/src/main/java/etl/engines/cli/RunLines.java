package etl.engines.cli;

import etl.core.Secret;
import etl.core.spi.RunInfo;
import etl.core.spi.RunListener;
import java.io.PrintWriter;

/** A line for the start of each run and one for its end. */
final class RunLines implements RunListener {
    private final PrintWriter out;

    RunLines(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void onRunStarted(RunStarted event) {
        print(event.run(), "started");
    }

    @Override
    public void onRunEnded(RunEnded event) {
        String why = event.error()
                .map(error -> ": " + Secret.mask(error.toString()).replaceAll("\\s*\\R\\s*", " | "))
                .orElse("");
        print(event.run(), event.state() + " after " + Durations.text(event.duration()) + why);
    }

    private void print(RunInfo run, String what) {
        String data = run.dataInterval().map(interval -> " of " + interval).orElse("");
        out.println("run " + run.id() + " of pipeline " + run.pipeline() + data + " " + what);
        out.flush();
    }
}
