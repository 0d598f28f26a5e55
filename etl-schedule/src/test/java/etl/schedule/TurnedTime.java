package etl.schedule;

import etl.core.spi.Time;
import etl.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;

/** A test's clock that somebody else turns as well: its hands jump, while alarms ring after the time that has passed. */
final class TurnedTime implements Time {
    private final ManualTime time = new ManualTime();
    private volatile Duration turned = Duration.ZERO;

    @Override
    public Instant instant() {
        return time.instant().plus(turned);
    }

    @Override
    public Alarm after(Duration delay, Runnable action) {
        return time.after(delay, action);
    }

    void pass(Duration step) {
        time.advance(step);
    }

    void turn(Duration by) {
        turned = turned.plus(by);
    }

    @Override
    public void close() {
        time.close();
    }
}
