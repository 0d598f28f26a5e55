package etl.notify;

import etl.core.spi.RunListener;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of the occasions that were asked for, and tries again when that fails. */
abstract class Notifier implements RunListener {
    private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

    private final Set<Occasion> occasions;
    private final int attempts;
    private final Duration delay;

    Notifier(NotifierBuilder<?> builder) {
        this.occasions = EnumSet.copyOf(builder.occasions);
        this.attempts = builder.attempts;
        this.delay = builder.delay;
    }

    /** Where it has not arrived, and whether it may arrive later. The reason holds no secret. */
    static final class NotSentException extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean worthRetrying;
        private final Duration wait;

        NotSentException(String reason, boolean worthRetrying, Duration wait) {
            super(reason, null, false, false); // The cause of a failure can hold the address, which is a secret.
            this.worthRetrying = worthRetrying;
            this.wait = wait;
        }
    }

    abstract void send(Notice notice) throws NotSentException, InterruptedException;

    @Override
    public void onTaskEnded(TaskEnded event) {
        tell(event);
    }

    @Override
    public void onRunEnded(RunEnded event) {
        tell(event);
    }

    @Override
    public void onSlaMissed(SlaMissed event) {
        tell(event);
    }

    private void tell(Event event) {
        if (Occasion.of(event).filter(occasions::contains).isEmpty()) {
            return;
        }
        Notice notice = Notice.of(event);
        Duration pause = delay;
        String reason = "interrupted";
        int attempt = 0;
        try {
            while (true) {
                attempt++;
                try {
                    send(notice);
                    return;
                } catch (NotSentException failure) {
                    reason = String.valueOf(failure.getMessage());
                    if (!failure.worthRetrying || attempt >= attempts) {
                        break;
                    }
                    pause(failure.wait.compareTo(pause) > 0 ? failure.wait : pause);
                    pause = pause.multipliedBy(2);
                }
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
        LOG.warn(
                "{}: not sent in {} attempts ({}): {}, run {}",
                this,
                attempt,
                reason,
                notice.headline(),
                event.run().id());
    }

    private static void pause(Duration time) throws InterruptedException {
        var unused = new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
    }
}
