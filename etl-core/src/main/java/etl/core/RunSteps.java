package etl.core;

import etl.core.spi.RunInfo;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Where the steps of one run are executed; what they log names the run, and what the thread has named before is restored. */
final class RunSteps implements Executor {
    private final RunInfo run;
    private final Executor threads;
    private final Consumer<Throwable> failed;

    RunSteps(RunInfo run, Executor threads, Consumer<Throwable> failed) {
        this.run = run;
        this.threads = threads;
        this.failed = failed;
    }

    @Override
    public void execute(Runnable step) {
        threads.execute(() -> {
            Map<String, String> outside = MDC.getCopyOfContextMap();
            MDC.put("pipeline", run.pipeline());
            MDC.put("run", run.id().toString());
            try {
                carryOut(step);
            } finally {
                restore(outside);
            }
        });
    }

    /** On the calling thread: what goes wrong there ends the execution, since whoever waits for the run must hear of it. */
    void carryOut(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error defect) {
            failed.accept(defect);
        }
    }

    /** An attempt leaves its names where it has put them: for most, the next one on the thread puts others there. */
    private static void restore(@Nullable Map<String, String> outside) {
        if (outside == null) {
            MDC.clear();
        } else {
            MDC.setContextMap(outside);
        }
    }
}
