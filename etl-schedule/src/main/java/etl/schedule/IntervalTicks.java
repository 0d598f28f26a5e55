package etl.schedule;

import etl.core.Timing;
import java.time.Instant;
import java.util.Optional;

/** Ticks that are the same time apart. */
final class IntervalTicks implements Ticks {
    private final long interval;
    private final long anchor;

    IntervalTicks(Timing.Every every) {
        this.interval = every.interval().toSeconds();
        this.anchor = every.anchor().getEpochSecond();
    }

    @Override
    public Optional<Instant> next(Instant after) {
        return tick(Math.floorDiv(after.getEpochSecond() - anchor, interval) + 1);
    }

    @Override
    public Optional<Instant> previous(Instant before) {
        long lastSecond = before.getNano() == 0 ? before.getEpochSecond() - 1 : before.getEpochSecond();
        return tick(Math.floorDiv(lastSecond - anchor, interval));
    }

    private Optional<Instant> tick(long number) {
        long first = Math.floorDiv(FIRST.getEpochSecond() - anchor - 1, interval) + 1;
        long last = Math.floorDiv(LAST.getEpochSecond() - anchor, interval);
        return number < first || number > last
                ? Optional.empty()
                : Optional.of(Instant.ofEpochSecond(anchor + number * interval));
    }
}
