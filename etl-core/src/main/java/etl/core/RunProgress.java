package etl.core;

/**
 * How far a run has come.
 *
 * @param tasks how many tasks it has
 * @param ended how many have reached a final state
 * @param running how many are being executed
 */
public record RunProgress(int tasks, int ended, int running) {}
