package etl.core;

import etl.core.spi.RunListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failures of code that must not change the outcome of a run. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(RunListener.class);

    private Failures() {}

    static void log(String receiver, RunListener.Event event, Throwable failure) {
        LOG.warn(
                "{} failed at {} of run {}; the run goes on",
                receiver,
                event.getClass().getSimpleName(),
                event.run().id(),
                failure);
    }
}
