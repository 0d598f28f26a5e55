package etl.core.spi;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The outputs that a {@link StateStore} keeps for reuse by other runs, and who computes one right now, so that of several
 * runs that want the same output one computes it. Times are those of the store's own clock. Safe for use by many threads.
 * Every method but {@link #digest} throws {@link StateStoreException} if the store cannot be reached.
 *
 * <p>A claim holds until its ticket is completed or released, the store is closed, or the process that holds it has died;
 * in the last case a store that several processes share frees the claim after a bounded time.
 */
public interface OutputCache {
    /**
     * What stands for a value in a {@link CacheKey}. Equal values, such as maps or sets in another order, have equal
     * digests, in every process and for ever if the store outlives its process, when a value was read back from the store
     * too. Different values have different ones, but for numbers that print alike, such as 1 and 1L. A digest does not show
     * the value.
     *
     * @param value any value that a task returns or reads
     * @return an immutable object with its own {@code equals}
     * @throws IllegalArgumentException if the store cannot compare such a value
     */
    Object digest(@Nullable Object value);

    /**
     * Finds an output or, if there is none, claims the computing of it; at once and for one caller only.
     *
     * @param request what is wanted
     * @return the output, or the caller's ticket to compute it, or that somebody else is doing so
     */
    CacheClaim claim(CacheRequest request);

    /**
     * Keeps an output and ends the claim. The output is kept even if somebody else has taken the claim over; that claim
     * stays.
     *
     * @param ticket the claim
     * @param output what was computed
     * @param type the declared type of the output
     * @param ttl how long it may be reused, or empty for no end
     * @throws OutputNotStorableException if the output cannot be stored; the claim stays
     */
    void complete(CacheClaim.Ticket ticket, @Nullable Object output, Type type, Optional<Duration> ttl);

    /**
     * Ends claims without an output. Those that have ended, or that somebody else has taken over, are left alone.
     *
     * @param tickets the claims
     */
    void release(Collection<CacheClaim.Ticket> tickets);

    /**
     * For those who wait: which outputs nobody computes any more, because they are there or because it has failed. Each is
     * then to be claimed again.
     *
     * @param keys what is waited for
     * @return the keys that are not claimed
     */
    Set<CacheKey> settled(Collection<CacheKey> keys);

    /**
     * Forgets outputs, whether their time is over or not.
     *
     * @param pipeline whose tasks' outputs
     * @param olderThan how long ago they were computed at least, zero for all
     * @return how many were forgotten
     */
    long remove(String pipeline, Duration olderThan);
}
