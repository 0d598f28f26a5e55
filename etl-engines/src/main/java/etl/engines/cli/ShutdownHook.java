package etl.engines.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done when the process is told to end, until this is closed. */
final class ShutdownHook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShutdownHook.class);

    private final Thread hook;

    ShutdownHook(Runnable action) {
        hook = new Thread(action, "etl-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            LOG.debug("the process is ending already");
        }
    }
}
