package etl.core;

import org.jspecify.annotations.Nullable;

/**
 * The slots of a pool that a worker holds for the task run that it executes. Belongs to the thread of the worker, but whoever has
 * abandoned that gives the slots back.
 */
final class HeldSlots {
    private @Nullable Pool pool;
    private int slots;
    private boolean handedOn;

    /** From now on these slots, which have been taken before, are held. */
    void hold(@Nullable Pool taken, int count) {
        pool = taken;
        slots = count;
    }

    boolean isEmpty() {
        return pool == null;
    }

    /** Makes the slots those of the next task run if it needs just these and nobody waits for them. */
    boolean handOn(@Nullable Pool wanted, int count) {
        handedOn = wanted != null && wanted == pool && count == slots && wanted.isUncontended();
        return handedOn;
    }

    /** The task run has ended. */
    void end() {
        Pool ended = pool;
        pool = null;
        if (ended != null && !handedOn) {
            ended.release(slots);
        }
        handedOn = false;
    }

    /** Gives the slots back for a while, or for one that was abandoned. */
    void release() {
        if (pool != null) {
            pool.release(slots);
        }
    }

    /** Takes the slots back after a while, even if they are not free. */
    void reclaim() {
        if (pool != null) {
            pool.reclaim(slots);
        }
    }
}
