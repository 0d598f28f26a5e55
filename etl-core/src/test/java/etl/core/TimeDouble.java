package etl.core;

import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;

/** The machine's clock, to be subclassed by tests that want to hold a moment. */
class TimeDouble implements Time {
    private final Time time = new SystemTime();

    @Override
    public Instant instant() {
        return time.instant();
    }

    @Override
    public Alarm after(Duration delay, Runnable action) {
        return time.after(delay, action);
    }

    @Override
    public void close() {
        time.close();
    }
}
