package etl.core;

import etl.core.spi.CacheClaim;
import etl.core.spi.CacheKey;
import etl.core.spi.CacheRequest;
import etl.core.spi.OutputCache;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The cached outputs of the in-memory store, the newest 100,000 of them. Values are compared by {@code equals}. A claim
 * lasts until it is ended, since who holds it lives as long as this.
 */
final class MemoryOutputCache implements OutputCache {
    private static final int MOST_ENTRIES = 100_000;
    private static final int FEWEST_BETWEEN_SWEEPS = 100;

    private final InstantSource clock;
    private final Map<CacheKey, Entry> entries = new LinkedHashMap<>();
    private final Map<CacheKey, Long> claims = new HashMap<>();
    private long tickets;
    private int sinceSweep;

    private record Entry(@Nullable Object output, RunId run, Instant computedAt, Instant expiresAt) {}

    MemoryOutputCache(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Object digest(@Nullable Object value) {
        return new EqualValue(value);
    }

    @Override
    public synchronized CacheClaim claim(CacheRequest request) {
        Entry entry = living(request.key());
        if (entry != null && !request.ignored() && isReadable(entry.output(), request.type())) {
            return new CacheClaim.Found(entry.output(), entry.run());
        }
        if (claims.containsKey(request.key()) && !request.takenOver()) {
            return new CacheClaim.Busy();
        }
        claims.put(request.key(), ++tickets);
        return new CacheClaim.Ticket(request.key(), request.run(), tickets);
    }

    private @Nullable Entry living(CacheKey key) {
        Entry entry = entries.get(key);
        if (entry != null && !entry.expiresAt().isAfter(clock.instant())) {
            entries.remove(key);
            return null;
        }
        return entry;
    }

    private static boolean isReadable(@Nullable Object output, Type type) {
        Type raw = type instanceof ParameterizedType generic ? generic.getRawType() : type;
        return output == null || !(raw instanceof Class<?> known) || known.isInstance(output);
    }

    @Override
    public synchronized void complete(
            CacheClaim.Ticket ticket, @Nullable Object output, Type type, Optional<Duration> ttl) {
        Instant now = clock.instant();
        entries.remove(ticket.key());
        entries.put(ticket.key(), new Entry(output, ticket.run(), now, end(now, ttl)));
        claims.remove(ticket.key(), ticket.number());
        forgetOld(now);
    }

    private static Instant end(Instant now, Optional<Duration> ttl) {
        return ttl.filter(length -> length.compareTo(Duration.between(now, Instant.MAX)) < 0)
                .map(now::plus)
                .orElse(Instant.MAX);
    }

    private void forgetOld(Instant now) {
        if (++sinceSweep >= Math.max(FEWEST_BETWEEN_SWEEPS, entries.size() / 2)) {
            entries.values().removeIf(entry -> !entry.expiresAt().isAfter(now));
            sinceSweep = 0;
        }
        if (entries.size() > MOST_ENTRIES) {
            Iterator<CacheKey> eldest = entries.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    @Override
    public synchronized void release(Collection<CacheClaim.Ticket> released) {
        released.forEach(ticket -> claims.remove(ticket.key(), ticket.number()));
    }

    @Override
    public synchronized Set<CacheKey> settled(Collection<CacheKey> keys) {
        Set<CacheKey> settled = new HashSet<>(keys);
        settled.removeAll(claims.keySet());
        return settled;
    }

    @Override
    public synchronized long remove(String pipeline, Duration olderThan) {
        Instant now = clock.instant();
        long before = entries.size();
        entries.entrySet()
                .removeIf(kept -> kept.getKey().pipeline().equals(pipeline)
                        && Duration.between(kept.getValue().computedAt(), now).compareTo(olderThan) >= 0);
        return before - entries.size();
    }
}
