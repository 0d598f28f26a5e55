package etl.jdbc;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For a database that may be out of reach for a moment: what fails for a passing reason is tried again, for as long as the
 * patience lasts, or until this is closed. Safe for use by many threads.
 */
final class Patience implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
    private static final Duration FIRST_DELAY = Duration.ofMillis(100);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(5);

    /**
     * SQL states, or their classes: connection, rollback, insufficient resources such as room on the disk, operator
     * intervention, a statement or a lock that took too long, an error of the operating system, and a server that is read-only.
     */
    private static final List<String> TRANSIENT =
            List.of("08", "40", "53", "57P", "57014", "55P03", "58", Database.READ_ONLY);

    private final Duration longest;
    private final ProcessTime time;
    private final CompletableFuture<Boolean> closing = new CompletableFuture<>();

    Patience(Duration longest, ProcessTime time) {
        this.longest = longest;
        this.time = time;
    }

    ProcessTime time() {
        return time;
    }

    /** A transaction. */
    @FunctionalInterface
    interface Try<T extends @Nullable Object> {
        /** {@code again} says that an earlier try failed, which may yet have been committed. */
        T once(boolean again) throws SQLException;
    }

    <T extends @Nullable Object> T with(Try<T> work) throws SQLException {
        long end = time.nanoTime() + longest.toNanos();
        Duration delay = FIRST_DELAY;
        boolean again = false;
        while (true) {
            try {
                return work.once(again);
            } catch (SQLException failure) {
                if (!isTransient(failure) || time.nanoTime() + delay.toNanos() - end >= 0) {
                    throw failure;
                }
                LOG.warn("the state cannot be stored now, next try in {}: {}", delay, Database.reason(failure));
                if (isOverWithin(delay, failure)) {
                    throw failure;
                }
                again = true;
                delay = shorter(delay.multipliedBy(2), LONGEST_DELAY);
            }
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private boolean isOverWithin(Duration delay, SQLException failure) {
        try {
            return time.await(closing, delay);
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            failure.addSuppressed(interruption);
            return true;
        }
    }

    /** A pool that ran empty tells no SQL state, only the class of its exception. */
    static boolean isTransient(SQLException failure) {
        String state = failure.getSQLState();
        return failure instanceof SQLTransientException
                || failure instanceof SQLRecoverableException
                || (state != null && TRANSIENT.stream().anyMatch(state::startsWith));
    }

    /** Everything is still tried, but once only. */
    @Override
    public void close() {
        closing.complete(true);
    }
}
