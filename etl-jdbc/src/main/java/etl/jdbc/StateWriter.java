package etl.jdbc;

/** Takes the writes of journals. Safe for use by many threads. */
@FunctionalInterface
interface StateWriter {
    /** Tells the receipt of the write what becomes of it, perhaps on the calling thread and before this returns. */
    void add(StateWrite write, WriteQueue.Haste haste);
}
