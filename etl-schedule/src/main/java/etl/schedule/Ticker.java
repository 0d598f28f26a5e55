package etl.schedule;

import etl.core.RunKeyConflictException;
import etl.core.spi.ScheduleStore;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredSchedule;
import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through all schedules whenever one of them may be due, and starts the runs of those that are.
 *
 * <p>Several processes do this on the same store, and any of them may end at any moment. A tick is handled by starting its
 * run and then advancing the schedule; the run's key makes sure that this is done once, and whoever finds the run of a tick
 * only advances. Nothing is remembered here that the store does not know, and the clock is asked anew each time: it may
 * have been turned.
 */
final class Ticker {
    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);

    private final ScheduledRuns runs;
    private final ScheduleStore store;
    private final Time time;
    private final Collection<ScheduledPipeline> schedules;
    private final Executor executor;
    private final Duration poll;
    private final AtomicInteger wakeUps = new AtomicInteger();
    private final Map<String, String> complaints = new HashMap<>();
    private volatile boolean heldBack;
    private volatile boolean closed;
    private volatile Time.Alarm alarm = Time.Alarm.NONE;

    Ticker(ScheduledRuns runs, Collection<ScheduledPipeline> schedules, Executor executor, Duration poll) {
        this.runs = runs;
        this.store = runs.etl().store().schedules();
        this.time = runs.etl().time();
        this.schedules = schedules;
        this.executor = executor;
        this.poll = poll;
    }

    /** Records a schedule that is new in the store, or ticks otherwise than the store knows. */
    StoredSchedule register(ScheduledPipeline scheduled) {
        Instant now = time.instant();
        StoredSchedule wanted = scheduled.first(now);
        StoredSchedule stored = store.register(wanted);
        if (!stored.pipeline().equals(wanted.pipeline())) {
            throw new IllegalArgumentException("schedule '" + stored.name() + "' belongs to pipeline '"
                    + stored.pipeline() + "' in this store, not to '" + wanted.pipeline()
                    + "'; give this one another name");
        }
        if (!stored.timing().equals(wanted.timing())) {
            LOG.info("schedule '{}' has changed: {} is now {}", stored.name(), stored.timing(), wanted.timing());
            store.redefine(stored.name(), wanted.timing(), now);
        }
        return stored;
    }

    /** Looks at once. One thread looks at a time; whoever comes meanwhile makes it look again. */
    void wake() {
        if (!closed && wakeUps.getAndIncrement() == 0) {
            try {
                executor.execute(this::look);
            } catch (RuntimeException | Error noThread) {
                wakeLater(noThread);
            }
        }
    }

    /** Unless the threads are gone because this is being closed. */
    private void wakeLater(Throwable noThread) {
        wakeUps.set(0);
        if (!closed) {
            LOG.warn("no thread can be had to look after the schedules; next try in {}", poll, noThread);
            sleepUntil(time.instant().plus(poll));
        }
    }

    private void look() {
        int seen;
        do {
            seen = wakeUps.get();
            Instant next = pass();
            while (!closed && !next.isAfter(time.instant())) {
                next = pass();
            }
            sleepUntil(next);
        } while (wakeUps.addAndGet(-seen) != 0);
    }

    private void sleepUntil(Instant next) {
        alarm.cancel();
        alarm = closed ? Time.Alarm.NONE : time.after(Duration.between(time.instant(), next), this::wake);
        if (closed) {
            alarm.cancel();
        }
    }

    /** Handles at most one tick of each schedule, so that none waits for the backlog of another. */
    private Instant pass() {
        Instant now = time.instant();
        Instant wake = now.plus(poll);
        heldBack = false;
        try {
            Map<String, StoredSchedule> stored =
                    store.all().stream().collect(Collectors.toMap(StoredSchedule::name, Function.identity()));
            complaints.remove("");
            for (ScheduledPipeline scheduled : schedules) {
                if (closed) {
                    return wake;
                }
                Instant next = attend(scheduled, Optional.ofNullable(stored.get(scheduled.name())), now);
                wake = next.isBefore(wake) ? next : wake;
            }
        } catch (RuntimeException | Error outage) {
            complain("", "schedules are not kept at the moment: " + outage.getMessage(), outage);
            return now.plus(poll);
        }
        return wake;
    }

    /** When to come back at the latest. */
    private Instant attend(ScheduledPipeline scheduled, Optional<StoredSchedule> known, Instant now) {
        try {
            StoredSchedule stored = known.orElseGet(() -> register(scheduled));
            Optional<Instant> tick = stored.paused() ? Optional.empty() : scheduled.next(stored, now);
            if (tick.isEmpty()) {
                return Instant.MAX;
            }
            Instant due = scheduled.due(tick.get());
            if (due.isAfter(now)) {
                return due;
            }
            boolean handled = handle(scheduled, stored, tick.get());
            if (handled) {
                complaints.remove(scheduled.name());
            }
            return handled ? now : Instant.MAX;
        } catch (RuntimeException | Error notStarted) {
            complain(
                    scheduled.name(),
                    "the run of schedule '" + scheduled.name() + "' cannot be started and is tried again every " + poll
                            + ": " + notStarted.getMessage(),
                    notStarted);
            return Instant.MAX;
        }
    }

    private boolean handle(ScheduledPipeline scheduled, StoredSchedule stored, Instant tick) {
        String key = scheduled.key(tick);
        if (runs.find(scheduled, key).isEmpty()) {
            // Before they are counted: a run that ends after that wakes this up again.
            heldBack = true;
            List<StoredRun> active = runs.active(scheduled);
            if (active.size() >= scheduled.schedule().maxActiveRuns()) {
                String waits = "schedule '" + scheduled.name() + "': the run of " + tick + " waits, because as many as"
                        + " allowed are active; the oldest is "
                        + active.get(0).definition().id();
                if (!waits.equals(complaints.put(scheduled.name(), waits))) {
                    LOG.info("{}; if its process is gone, resume it or end it by etl.control().endLost(...)", waits);
                }
                return false;
            }
            start(scheduled, tick, key);
        }
        Instant first = scheduled.timetable().next(stored.handledUntil()).orElse(tick);
        if (first.isBefore(tick)) {
            LOG.info("schedule '{}': ticks from {} until before {} were missed", scheduled.name(), first, tick);
        }
        store.advance(scheduled.name(), tick);
        return true;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // It only wakes.
    private void start(ScheduledPipeline scheduled, Instant tick, String key) {
        try {
            runs.start(scheduled, scheduled.tick(tick), key).end().whenComplete((report, failure) -> {
                if (heldBack) {
                    wake();
                }
            });
            LOG.debug("schedule '{}': run of {} is started", scheduled.name(), tick);
        } catch (RunKeyConflictException otherProcess) {
            LOG.debug("another process has started the run of {} with other arguments", tick, otherProcess);
        }
    }

    /** Once for the same reason. */
    private void complain(String about, String message, Throwable cause) {
        if (!message.equals(complaints.put(about, message))) {
            LOG.warn(message, cause);
        }
    }

    void close() {
        closed = true;
        alarm.cancel();
    }
}
