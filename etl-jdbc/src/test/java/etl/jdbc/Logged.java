package etl.jdbc;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What this module logs while this is open, each message with that of its exception. */
final class Logged extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger("etl.jdbc");
    private final List<String> messages = new ArrayList<>();

    Logged() {
        setContext(logger.getLoggerContext());
        start();
        logger.setLevel(Level.DEBUG);
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        synchronized (messages) {
            IThrowableProxy failure = event.getThrowableProxy();
            messages.add(event.getFormattedMessage() + (failure == null ? "" : ": " + failure.getMessage()));
            messages.notifyAll();
        }
    }

    /** Waits until there is one that contains the text. */
    String await(String text) throws InterruptedException {
        synchronized (messages) {
            while (true) {
                for (String message : messages) {
                    if (message.contains(text)) {
                        return message;
                    }
                }
                messages.wait();
            }
        }
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(null);
        stop();
    }
}
