package etl.core;

import etl.core.spi.ScheduleStore;
import etl.core.spi.StoredSchedule;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The schedules of the in-memory store. */
final class MemorySchedules implements ScheduleStore {
    private final Map<String, StoredSchedule> schedules = new TreeMap<>();

    @Override
    public synchronized StoredSchedule register(StoredSchedule schedule) {
        schedules.putIfAbsent(schedule.name(), schedule);
        return Objects.requireNonNull(schedules.get(schedule.name()));
    }

    @Override
    public synchronized void redefine(String name, String timing, Instant at) {
        change(name, now -> {
            if (now.timing().equals(timing)) {
                return now;
            }
            Instant until = now.isCatchingUp() || at.isBefore(now.handledUntil()) ? now.handledUntil() : at;
            return new StoredSchedule(name, now.pipeline(), timing, now.registeredAt(), until, now.paused());
        });
    }

    @Override
    public synchronized Optional<StoredSchedule> find(String name) {
        return Optional.ofNullable(schedules.get(name));
    }

    @Override
    public synchronized List<StoredSchedule> all() {
        return List.copyOf(schedules.values());
    }

    @Override
    public synchronized boolean advance(String name, Instant tick) {
        if (find(name).filter(now -> now.handledUntil().isBefore(tick)).isEmpty()) {
            return false;
        }
        return change(
                name,
                now -> new StoredSchedule(name, now.pipeline(), now.timing(), now.registeredAt(), tick, now.paused()));
    }

    @Override
    public synchronized boolean pause(String name, boolean paused) {
        return change(
                name,
                now -> new StoredSchedule(
                        name, now.pipeline(), now.timing(), now.registeredAt(), now.handledUntil(), paused));
    }

    private boolean change(String name, UnaryOperator<StoredSchedule> change) {
        return schedules.computeIfPresent(name, (any, now) -> change.apply(now)) != null;
    }
}
