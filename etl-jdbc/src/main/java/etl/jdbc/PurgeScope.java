package etl.jdbc;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * Runs that one pass of a purge may delete. The moments are those of the database and stay while the purge goes on, so that
 * it comes to an end however many runs end meanwhile.
 *
 * @param pipeline the only pipeline, null for all
 * @param endedBefore the runs have ended before this moment
 * @param createdBefore runs of a single pipeline were created before this moment
 */
record PurgeScope(@Nullable String pipeline, OffsetDateTime endedBefore, OffsetDateTime createdBefore) {}
