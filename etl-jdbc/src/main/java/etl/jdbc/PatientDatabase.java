package etl.jdbc;

import etl.core.spi.StateStoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database that may be out of reach for a moment: a transaction that fails for a passing reason is tried again, for
 * as long as the patience lasts, or until this is closed. Safe for use by many threads.
 */
final class PatientDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PatientDatabase.class);
    private static final Duration FIRST_DELAY = Duration.ofMillis(100);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(5);

    /** SQL states, or their classes: connection, rollback, insufficient resources, operator intervention. */
    private static final List<String> TRANSIENT = List.of("08", "40", "53", "57P");

    private final Database database;
    private final Duration patience;
    private final CountDownLatch closing = new CountDownLatch(1);

    PatientDatabase(Database database, Duration patience) {
        this.database = database;
        this.patience = patience;
    }

    /** What is done with a connection. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        /** {@code again} says that an earlier try failed, which may yet have been committed. */
        T with(Connection connection, boolean again) throws SQLException;
    }

    Database database() {
        return database;
    }

    <T extends @Nullable Object> T transaction(String what, Work<T> work) {
        try {
            return inTransaction(work);
        } catch (SQLException failure) {
            throw new StateStoreException(what + " failed: " + failure.getMessage(), failure);
        }
    }

    <T extends @Nullable Object> T inTransaction(Work<T> work) throws SQLException {
        long end = System.nanoTime() + patience.toNanos();
        Duration delay = FIRST_DELAY;
        boolean again = false;
        while (true) {
            try {
                return once(work, again);
            } catch (SQLException failure) {
                if (!isTransient(failure) || System.nanoTime() + delay.toNanos() - end >= 0) {
                    throw failure;
                }
                LOG.warn("the state cannot be stored now, next try in {}: {}", delay, failure.getMessage());
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

    private <T extends @Nullable Object> T once(Work<T> work, boolean again) throws SQLException {
        return database.inTransaction(connection -> work.with(connection, again));
    }

    private boolean isOverWithin(Duration delay, SQLException failure) {
        try {
            return closing.await(delay.toNanos(), TimeUnit.NANOSECONDS);
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

    /** Transactions are still tried, but once only. */
    @Override
    public void close() {
        closing.countDown();
    }
}
