package etl.schedule;

import etl.core.DataInterval;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.ResumeRefusedException;
import etl.core.RunHandle;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RunOwnedException;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredRun;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution of a backfill. The thread that runs it starts every run and waits for whichever ends first; it holds back
 * nobody meanwhile, even if it executes a task of the same orchestrator.
 */
final class BackfillRun {
    private static final Logger LOG = LoggerFactory.getLogger(Backfill.class);

    /** How often runs that other processes execute are looked at. */
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final Etl etl;
    private final Backfill backfill;
    private final ScheduledPipeline scheduled;
    private final ScheduledRuns runs;
    private final Map<DataInterval, IntervalReport> reports = new LinkedHashMap<>();
    private final Map<DataInterval, RunHandle> active = new LinkedHashMap<>();
    private int succeeded;
    private boolean halted;
    private boolean interrupted;

    BackfillRun(Etl etl, Backfill backfill) {
        this.etl = etl;
        this.backfill = backfill;
        this.scheduled = backfill.scheduled();
        this.runs = new ScheduledRuns(etl);
    }

    BackfillReport plan() {
        backfill.intervals().forEach(interval -> reports.put(interval, stored(interval)));
        return report();
    }

    BackfillReport run() {
        try {
            tell();
            for (DataInterval interval : backfill.intervals()) {
                while (active.size() >= backfill.parallelism()) {
                    awaitOne();
                }
                if (halted) {
                    break;
                }
                begin(interval);
            }
            while (!active.isEmpty()) {
                awaitOne();
            }
            return report();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void begin(DataInterval interval) {
        try {
            IntervalReport before = stored(interval);
            if (before.state() == IntervalState.SUCCEEDED || before.state() == IntervalState.REFUSED) {
                done(before);
            } else {
                active.put(interval, handle(interval));
            }
        } catch (RuntimeException failure) {
            haltIfClosed(failure);
        }
    }

    /** Runs that are active end in the drain period, or are stopped after it, and each is told by its handle. */
    private void haltIfClosed(RuntimeException failure) {
        if (!isClosed()) {
            throw failure;
        }
        halted = true;
        LOG.info(
                "the backfill of schedule '{}' ends, because its orchestrator is closed; start it again to go on",
                scheduled.name(),
                failure);
    }

    /** Asked only after a failure, since whoever makes arguments may throw the same exception as a closed orchestrator. */
    private boolean isClosed() {
        try {
            var unused = etl.control();
            return false;
        } catch (IllegalStateException closed) {
            return true;
        }
    }

    private RunHandle handle(DataInterval interval) {
        Pipeline pipeline = scheduled.pipeline();
        String key = scheduled.key(interval.end());
        Optional<StoredRun> existing = runs.find(scheduled, key);
        if (existing.isEmpty()) {
            return runs.startOnce(scheduled, scheduled.tick(interval.end()), key);
        }
        try {
            return etl.resume(existing.get().definition().id(), pipeline);
        } catch (ResumeRefusedException | RunOwnedException executed) {
            // By this process or another one, or it was a moment ago.
            return runs.existing(pipeline, existing.get());
        }
    }

    /** How things stand with an interval by the store. */
    private IntervalReport stored(DataInterval interval) {
        Optional<StoredRun> run = runs.find(scheduled, scheduled.key(interval.end()));
        if (run.isEmpty()) {
            return new IntervalReport(interval, IntervalState.NOT_RUN, Optional.empty(), false, Optional.empty());
        }
        RunState state = run.get().state();
        Optional<RunId> id = run.map(found -> found.definition().id());
        boolean changed = !run.get()
                .definition()
                .fingerprint()
                .equals(scheduled.pipeline().fingerprint());
        if (state != RunState.SUCCEEDED && changed) {
            return new IntervalReport(
                    interval,
                    IntervalState.REFUSED,
                    id,
                    false,
                    Optional.of("its run is " + state + " and was made by another definition of the pipeline;"
                            + " use named(...) to run the interval anew"));
        }
        return new IntervalReport(
                interval,
                state(state),
                id,
                state == RunState.SUCCEEDED,
                run.get().error().map(ErrorInfo::toString));
    }

    private static IntervalState state(RunState state) {
        return switch (state) {
            case QUEUED, RUNNING -> IntervalState.UNFINISHED;
            case SUCCEEDED -> IntervalState.SUCCEEDED;
            case FAILED -> IntervalState.FAILED;
            case CANCELLED -> IntervalState.CANCELLED;
        };
    }

    private void awaitOne() {
        try {
            while (!RunHandle.awaitAny(active.values(), LOOK)) {
                takeOver();
            }
        } catch (InterruptedException interruption) {
            interrupted = true;
            halted = true;
            active.values().forEach(RunHandle::cancel);
        }
        Map<DataInterval, RunHandle> ended = new LinkedHashMap<>(active);
        ended.values().removeIf(run -> !run.end().isDone());
        ended.forEach(this::end);
    }

    /** Runs of other processes that have died meanwhile go on here. */
    private void takeOver() {
        for (Map.Entry<DataInterval, RunHandle> run : active.entrySet()) {
            if (run.getValue().isExisting()) {
                try {
                    run.setValue(etl.resume(run.getValue().id(), scheduled.pipeline()));
                } catch (ResumeRefusedException | StateStoreException notNow) {
                    LOG.debug("run {} is not taken over", run.getValue().id(), notNow);
                } catch (RuntimeException failure) {
                    haltIfClosed(failure);
                }
            }
        }
    }

    private void end(DataInterval interval, RunHandle run) {
        active.remove(interval);
        Optional<RunId> id = Optional.of(run.id());
        try {
            RunReport report = run.end().join();
            done(new IntervalReport(
                    interval, state(report.state()), id, false, report.error().map(ErrorInfo::toString)));
        } catch (CompletionException stopped) {
            halted = true;
            String why = String.valueOf(stopped.getMessage());
            done(new IntervalReport(interval, IntervalState.UNFINISHED, id, false, Optional.of(why)));
        }
    }

    private void done(IntervalReport report) {
        reports.put(report.interval(), report);
        if (report.state() == IntervalState.SUCCEEDED) {
            succeeded++;
        }
        tell();
    }

    private void tell() {
        BackfillProgress progress =
                new BackfillProgress(backfill.intervals().size(), succeeded, reports.size() - succeeded, active.size());
        try {
            backfill.listener().accept(progress);
        } catch (RuntimeException failure) {
            LOG.warn("a progress listener of a backfill has failed; the backfill goes on", failure);
        }
    }

    private BackfillReport report() {
        return new BackfillReport(backfill.intervals().stream()
                .map(interval -> reports.getOrDefault(
                        interval,
                        new IntervalReport(interval, IntervalState.NOT_RUN, Optional.empty(), false, Optional.empty())))
                .toList());
    }
}
