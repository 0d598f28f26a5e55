package etl.core;

/** Whose the slots of a worker are; whoever changes that gives them back or takes them. */
enum WorkerHold {
    ITS_OWN,
    LENT,
    GIVEN_UP
}
