package etl.core;

import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** No slot of a pool is lost or given twice, nobody who waits is forgotten, and no period has too many starts. */
class PoolLincheck {
    @Test
    void requests_for_one_and_for_both_slots() {
        Interleavings.explore(TwoSlots.class, 2, 4, 150);
    }

    @Test
    void one_start_in_each_period() {
        Interleavings.explore(OneStart.class, 3, 2, 80);
    }

    public static class TwoSlots {
        private static final int SLOTS = 2;

        private final Pool pool = new Pool("two", SLOTS, 0, Duration.ofSeconds(1), new TurnedClock());
        private final AtomicInteger used = new AtomicInteger();
        private final AtomicInteger waiting = new AtomicInteger();
        private final Queue<Integer> inside = new ConcurrentLinkedQueue<>();
        private volatile boolean overcrowded;

        @Operation
        public void visit(
                @Param(gen = IntGen.class, conf = "1:2") int slots,
                @Param(gen = IntGen.class, conf = "0:1") int priority) {
            waiting.incrementAndGet();
            pool.request(slots, priority, () -> enter(slots));
            leave();
        }

        private void enter(int slots) {
            waiting.decrementAndGet();
            if (used.addAndGet(slots) > SLOTS) {
                overcrowded = true;
            }
            inside.add(slots);
        }

        private boolean leave() {
            Integer slots = inside.poll();
            if (slots == null) {
                return false;
            }
            used.addAndGet(-slots);
            pool.release(slots);
            return true;
        }

        @Validate
        public void everybodyWasInsideAndAllSlotsAreFree() {
            while (leave()) {
                // Whoever waits enters when another one leaves.
            }
            Interleavings.check(waiting.get() == 0, waiting + " were forgotten");
            Interleavings.check(!overcrowded, "more slots were used than there are");
            visit(SLOTS, 0);
            Interleavings.check(waiting.get() == 0, "a slot was lost");
        }
    }

    public static class OneStart {
        private final TurnedClock clock = new TurnedClock();
        private final Pool pool = new Pool("one", 10, 1, Duration.ofSeconds(1), clock);
        private final AtomicInteger started = new AtomicInteger();
        private final AtomicInteger wanted = new AtomicInteger();
        private volatile boolean tooMany;

        public OneStart() {
            start();
            start(); // Waits for the next period.
        }

        @Operation
        public final void start() {
            wanted.incrementAndGet();
            pool.request(1, 0, () -> {
                if (started.incrementAndGet() > clock.seconds.get() + 1) {
                    tooMany = true;
                }
            });
        }

        @Operation(runOnce = true)
        public void turnTheClock() {
            clock.turn();
        }

        @Validate
        public void everybodyStartsInTime() {
            for (int period = 0; period < wanted.get(); period++) {
                clock.turn();
            }
            Interleavings.check(started.get() == wanted.get(), started + " have started of " + wanted);
            Interleavings.check(!tooMany, "too many have started in one period");
        }
    }

    private static final class TurnedClock implements Time {
        private final AtomicInteger seconds = new AtomicInteger();
        private final Queue<Runnable> alarms = new ConcurrentLinkedQueue<>();

        void turn() {
            int due = alarms.size(); // What they set is due later.
            seconds.incrementAndGet();
            for (int alarm = 0; alarm < due; alarm++) {
                alarms.remove().run();
            }
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochSecond(seconds.get());
        }

        @Override
        public Alarm after(Duration delay, Runnable action) {
            alarms.add(action);
            return Alarm.NONE;
        }

        @Override
        public void close() {}
    }
}
