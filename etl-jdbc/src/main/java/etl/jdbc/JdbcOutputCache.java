package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.CacheClaim;
import etl.core.spi.CacheKey;
import etl.core.spi.CacheRequest;
import etl.core.spi.OutputCache;
import etl.core.spi.StateStoreException;
import etl.jdbc.CacheTable.Holder;
import etl.jdbc.CacheTable.Row;
import etl.jdbc.CacheTable.Subject;
import java.lang.reflect.Type;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * The cached outputs in {@code task_cache}, shared by all processes of one database. A claim is over
 * {@value #LEASE_MILLIS} milliseconds after its process has last prolonged it.
 */
final class JdbcOutputCache implements OutputCache, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcOutputCache.class);
    private static final long LEASE_MILLIS = 30_000;

    private final PatientDatabase database;
    private final CacheTable table;
    private final int largestOutput;
    private final UUID owner = UUID.randomUUID();
    private final AtomicLong numbers = new AtomicLong();
    private final CacheLease lease = new CacheLease(this::prolong, LEASE_MILLIS / 3);

    JdbcOutputCache(Database database, Duration patience, int largestOutput) {
        this.database = new PatientDatabase(database, patience);
        this.table = new CacheTable(database.table("task_cache"));
        this.largestOutput = largestOutput;
    }

    @Override
    public Object digest(@Nullable Object value) {
        return CanonicalJson.digest(value);
    }

    @Override
    public CacheClaim claim(CacheRequest request) {
        Subject subject = subject(request.key());
        Holder holder = new Holder(owner, numbers.incrementAndGet());
        while (true) {
            Row row = transaction(
                    "looking up the " + request.key(), (connection, again) -> table.find(connection, subject.key()));
            if (row.usable() && !request.ignored()) {
                Optional<CacheClaim> found = read(request, row);
                if (found.isPresent()) {
                    return found.get();
                }
            }
            if (holder.equals(row.holder())) {
                return ticket(request, holder);
            }
            if (row.holder() != null && !request.takenOver()) {
                return new CacheClaim.Busy();
            }
            if (transaction(
                    "claiming the " + request.key(),
                    (connection, again) -> table.claim(
                            connection, subject, holder, LEASE_MILLIS, row.computedAt(), request.takenOver()))) {
                return ticket(request, holder);
            }
        }
    }

    private CacheClaim ticket(CacheRequest request, Holder holder) {
        lease.begun(holder.number());
        return new CacheClaim.Ticket(request.key(), request.run(), holder.number());
    }

    /** Empty if the output cannot be read as what it was: its class has changed. */
    private static Optional<CacheClaim> read(CacheRequest request, Row row) {
        RunId run = new RunId(Objects.requireNonNull(row.run()));
        String json = row.output();
        try {
            Object output = json == null ? null : JsonCodec.<@Nullable Object>decode(json, request.type());
            if (CanonicalJson.digest(output).equals(row.digest())) {
                return Optional.of(new CacheClaim.Found(output, run));
            }
            LOG.info(
                    "the {} is not used: read as {}, it is not what run {} computed",
                    request.key(),
                    request.type().getTypeName(),
                    run);
        } catch (JacksonException | IllegalArgumentException notReadable) {
            LOG.info(
                    "the {} is not used: it cannot be read as {}",
                    request.key(),
                    request.type().getTypeName(),
                    notReadable);
        }
        return Optional.empty();
    }

    @Override
    public void complete(CacheClaim.Ticket ticket, @Nullable Object output, Type type, Optional<Duration> ttl) {
        String json = StorableOutput.json(ticket.key().taskId(), output, type, largestOutput);
        String digest = CanonicalJson.digest(output);
        Subject subject = subject(ticket.key());
        // Whatever happens, the claim is not prolonged any more.
        lease.ended(ticket.number());
        transaction("keeping the " + ticket.key(), (connection, again) -> {
            table.complete(connection, subject, holder(ticket), json, digest, ticket.run(), ttl);
            return true;
        });
    }

    private Holder holder(CacheClaim.Ticket ticket) {
        return new Holder(owner, ticket.number());
    }

    @Override
    public void release(Collection<CacheClaim.Ticket> tickets) {
        if (tickets.isEmpty()) {
            return;
        }
        tickets.forEach(ticket -> lease.ended(ticket.number()));
        transaction("releasing " + tickets.size() + " claims", (connection, again) -> {
            for (CacheClaim.Ticket ticket : tickets) {
                table.release(connection, subject(ticket.key()).key(), holder(ticket));
            }
            return true;
        });
    }

    @Override
    public Set<CacheKey> settled(Collection<CacheKey> keys) {
        Set<String> hashes = new HashSet<>();
        keys.forEach(key -> hashes.add(subject(key).key()));
        Set<String> claimed =
                transaction("looking for claims", (connection, again) -> table.claimed(connection, hashes));
        Set<CacheKey> settled = new HashSet<>(keys);
        settled.removeIf(key -> claimed.contains(subject(key).key()));
        return settled;
    }

    @Override
    public long remove(String pipeline, Duration olderThan) {
        return transaction(
                "removing cached outputs of pipeline '" + pipeline + "'",
                (connection, again) -> table.remove(connection, pipeline, olderThan));
    }

    /** The parts are strings, since the digests of this cache are. */
    private static Subject subject(CacheKey key) {
        TextDigest digest = new TextDigest();
        digest.part(key.pipeline()).part(key.taskId()).part(key.version());
        key.parts().forEach(part -> digest.part((String) part));
        return new Subject(digest.toHex(), key.pipeline(), key.taskId(), StorableText.of(key.version()));
    }

    CacheLease lease() {
        return lease;
    }

    private void prolong(Set<Long> claims) {
        try {
            transaction("prolonging the claims of this process", (connection, again) -> {
                table.prolong(connection, owner, claims, LEASE_MILLIS);
                return true;
            });
        } catch (RuntimeException notProlonged) {
            // Thrown, it would end the thread that prolongs.
            LOG.warn("claims of cached outputs were not prolonged; another process may compute the same", notProlonged);
        }
    }

    private <T extends @Nullable Object> T transaction(String what, PatientDatabase.Work<T> work) {
        try {
            return database.inTransaction(work);
        } catch (SQLException failure) {
            throw new StateStoreException(what + " failed: " + failure.getMessage(), failure);
        }
    }

    /** Releases what is still claimed; without a database that happens later by itself. */
    @Override
    public void close() {
        lease.close();
        database.close();
        if (numbers.get() > 0) {
            try {
                transaction("releasing the claims of this process", (connection, again) -> {
                    table.releaseAll(connection, owner);
                    return true;
                });
            } catch (StateStoreException notReleased) {
                LOG.warn("claims of cached outputs end by themselves later: {}", notReleased.getMessage());
            }
        }
    }
}
