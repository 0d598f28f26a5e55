package etl.core.spi;

import etl.core.RunId;
import org.jspecify.annotations.Nullable;

/** The answer of an {@link OutputCache}. */
public sealed interface CacheClaim permits CacheClaim.Found, CacheClaim.Ticket, CacheClaim.Busy {
    /**
     * The output is there.
     *
     * @param output the output, equal to what the task returned then
     * @param run the run that computed it
     */
    record Found(@Nullable Object output, RunId run) implements CacheClaim {}

    /**
     * The output is not there, and it is for the asker to compute it.
     *
     * @param key what the output depends on
     * @param run who computes it
     * @param number tells this claim from others of the same store
     */
    record Ticket(CacheKey key, RunId run, long number) implements CacheClaim {}

    /** Somebody else computes the output right now. */
    record Busy() implements CacheClaim {}
}
