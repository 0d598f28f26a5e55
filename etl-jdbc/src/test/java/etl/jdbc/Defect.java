package etl.jdbc;

/** Faults of the protocol that are planted in the simulated database, or on the way to it, and which a simulation must find. */
enum Defect {
    NONE,
    /** A batch is applied whatever the epoch of the run is. */
    EPOCH_NOT_COMPARED,
    /** The epochs are compared, but in a transaction of their own, before that of the writes. */
    EPOCH_COMPARED_BEFORE,
    /** The same, but only of writes that say that a run begins or ends. */
    EPOCH_OF_RUNS_NOT_COMPARED,
    /** Whoever takes a run has the same epoch as its last owner. */
    EPOCH_NOT_RAISED,
    /** A run can be taken from an owner whose lease has not run out. */
    LEASE_NOT_RESPECTED,
    /** Leases run out earlier than their owners believe. */
    LEASE_TOO_SHORT,
    /** A commit is confirmed before it is done, and is not done if the connection breaks. */
    CONFIRMED_BEFORE_DURABLE,
    /** A batch whose answer was lost counts as stored, and is not sent again. */
    UNKNOWN_NOT_SENT_AGAIN,
    /** A batch whose answer was lost is sent again, but by somebody who does not tell that it was. */
    SENT_AGAIN_UNAWARES,
    /** In a batch, starts are applied after the ends. */
    STARTS_AFTER_ENDS,
    /** That a run begins is confirmed, but not stored. */
    BEGIN_FORGOTTEN,
    /** A change is applied whatever the stored state is. */
    ANY_STATE_CAN_FOLLOW,
    /** Whoever takes a run resets what has succeeded, too. */
    SUCCESS_RESET,
    /** What is read is older than what was written last, as if it came from a copy of the database. */
    STALE_READS
}
