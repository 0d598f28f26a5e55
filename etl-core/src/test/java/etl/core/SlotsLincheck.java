package etl.core;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** No slot is lost or given twice, and nobody who waits for one is forgotten. */
class SlotsLincheck {
    @Test
    void two_who_need_the_only_slot() {
        Interleavings.explore(OneSlot.class, 2, 3, 150);
    }

    @Test
    void three_who_need_two_slots() {
        Interleavings.explore(TwoSlots.class, 3, 2, 150);
    }

    public static class OneSlot extends Room {
        public OneSlot() {
            super(1);
        }
    }

    public static class TwoSlots extends Room {
        public TwoSlots() {
            super(2);
        }
    }

    /** What the slots guard: knows who is in it. */
    public abstract static class Room {
        private final int size;
        private final Slots slots;
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger lent = new AtomicInteger();
        private final AtomicInteger waiting = new AtomicInteger();
        private volatile boolean overcrowded;

        Room(int size) {
            this.size = size;
            this.slots = new Slots(size);
        }

        @Operation
        public void visit() {
            waiting.incrementAndGet();
            slots.request(() -> {
                waiting.decrementAndGet();
                enter();
            });
            leave();
        }

        @Operation
        public void visitWithoutWaiting() {
            if (slots.tryAcquire()) {
                enter();
                leave();
            }
        }

        /** As a task does that runs a pipeline: its slot is free for others meanwhile, and taken back in any case. */
        @Operation
        public void lend() {
            if (slots.tryAcquire()) {
                enter();
                lent.incrementAndGet();
                slots.release();
                slots.reclaim();
                leave();
            }
        }

        private void enter() {
            if (inside.incrementAndGet() > size + lent.get()) {
                overcrowded = true;
            }
        }

        private boolean leave() {
            int now = inside.get();
            while (now > 0) {
                if (inside.compareAndSet(now, now - 1)) {
                    slots.release();
                    return true;
                }
                now = inside.get();
            }
            return false;
        }

        @Validate
        public void everybodyWasInsideAndAllSlotsAreFree() {
            while (leave()) {
                // Whoever waits enters when another one leaves.
            }
            Interleavings.check(waiting.get() == 0, waiting + " were forgotten");
            Interleavings.check(!overcrowded, "more were inside than there are slots");
            for (int slot = 0; slot < size; slot++) {
                Interleavings.check(slots.tryAcquire(), "a slot was lost");
            }
            Interleavings.check(!slots.tryAcquire(), "a slot was doubled");
        }
    }
}
