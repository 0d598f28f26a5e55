package etl.jdbc;

import java.time.OffsetDateTime;
import java.util.UUID;

/**
 * A run that a purge may delete, and has locked.
 *
 * @param id the run
 * @param tasks how many tasks its pipeline has, elements of mapped tasks not counted
 * @param position where it stands in the order in which the runs of its scope are deleted
 */
record ExpiredRun(UUID id, int tasks, OffsetDateTime position) {}
