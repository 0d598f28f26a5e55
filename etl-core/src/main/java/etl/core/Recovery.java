package etl.core;

import etl.core.spi.RunOwnedException;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes on with runs whose process has died. Of many processes that look for them, one takes each run; a run that has killed
 * its process too often is ended, so that it does not kill one process after the other.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);

    private final Etl etl;
    private final RunSettings settings;
    private final int mostCrashes;
    private final Set<RunId> refused = ConcurrentHashMap.newKeySet();

    Recovery(Etl etl, RunSettings settings, int mostCrashes) {
        this.etl = etl;
        this.settings = settings;
        this.mostCrashes = mostCrashes;
    }

    /** Once now and then after each period, as long as the orchestrator is open. */
    void repeat(List<Pipeline> pipelines, Duration period) {
        try {
            settings.executor().stepsOf(RunId.random()).execute(() -> {
                try {
                    recover(pipelines);
                } catch (RuntimeException | Error notNow) {
                    tellUnlessClosed(notNow);
                }
                repeatLater(pipelines, period);
            });
        } catch (RuntimeException | Error noThread) {
            tellUnlessClosed(noThread);
            repeatLater(pipelines, period);
        }
    }

    private void tellUnlessClosed(Throwable notNow) {
        if (etl.isOpen()) {
            LOG.warn("runs whose process has died cannot be looked for now: {}", notNow.getMessage(), notNow);
        }
    }

    private void repeatLater(List<Pipeline> pipelines, Duration period) {
        if (etl.isOpen()) {
            settings.time().after(period, () -> repeat(pipelines, period));
        }
    }

    List<RunHandle> recover(List<Pipeline> pipelines) {
        List<RunHandle> resumed = new ArrayList<>();
        StateStoreException outage = null;
        for (Pipeline pipeline : pipelines) {
            for (StoredRun run : settings.store().abandoned(pipeline.name())) {
                try {
                    recover(run, pipeline).ifPresent(resumed::add);
                } catch (StateStoreException notNow) {
                    LOG.warn(
                            "run {}, whose process is gone, cannot go on now: {}",
                            run.definition().id(),
                            notNow.getMessage());
                    outage = notNow;
                }
            }
        }
        if (outage != null && resumed.isEmpty()) {
            throw outage;
        }
        return resumed;
    }

    /** One run that cannot go on must not keep the others. */
    private Optional<RunHandle> recover(StoredRun run, Pipeline pipeline) {
        RunId id = run.definition().id();
        try {
            if (run.crashes() >= mostCrashes) {
                park(run, pipeline);
                return Optional.empty();
            }
            RunHandle handle = etl.goOn(id, pipeline);
            LOG.info("run {} of pipeline '{}', whose process is gone, goes on here", id, pipeline.name());
            return Optional.of(handle);
        } catch (RunOwnedException another) {
            return Optional.empty();
        } catch (StateStoreException notNow) {
            throw notNow;
        } catch (RuntimeException | Error refusal) {
            if (!etl.isOpen()) {
                throw refusal;
            }
            if (refused.add(id)) {
                LOG.warn("run {}, whose process is gone, cannot go on here: {}", id, refusal.getMessage(), refusal);
            }
            return Optional.empty();
        }
    }

    private void park(StoredRun run, Pipeline pipeline) {
        String why = "its process has crashed " + run.crashes() + " times; find out why before it is resumed";
        LOG.error("run {} of pipeline '{}' is ended: {}", run.definition().id(), pipeline.name(), why);
        etl.control().endLost(run.definition().id(), pipeline, why);
    }
}
