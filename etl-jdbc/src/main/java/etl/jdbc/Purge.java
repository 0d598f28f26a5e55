package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import etl.core.spi.StateStoreException;
import java.time.Duration;

/**
 * Deletes the runs that a retention does not keep. Purges do not wait for each other, and none keeps a lock for long. Safe
 * for use by many threads.
 */
final class Purge implements AutoCloseable {
    private final PatientDatabase database;

    /** Failures that pass are waited for that long. */
    Purge(Database database, Duration patience) {
        this.database = new PatientDatabase(database, patience);
    }

    Purged run(Retention retention) {
        PurgePass pass = new PurgePass(database);
        try {
            pass.purge(retention);
        } catch (StateStoreException failure) {
            // A pool refuses connections to a thread that is interrupted.
            if (!Thread.currentThread().isInterrupted()) {
                throw failure;
            }
        }
        return pass.purged();
    }

    /** Deletes a run to its end if a purge has begun to; false if none has. */
    boolean finish(RunId run) {
        PurgePass pass = new PurgePass(database);
        pass.finish(run.value());
        return pass.purged().runs() > 0;
    }

    Purged count(Retention retention) {
        ExpiredRuns expired = new ExpiredRuns(database.database());
        return database.transaction("counting runs to purge", (connection, again) -> {
            Purged sum = Purged.NOTHING;
            for (PurgeScope scope : expired.scopes(connection, retention)) {
                sum = sum.plus(expired.count(connection, scope));
            }
            return sum;
        });
    }

    /** Failures are not waited for any more. */
    @Override
    public void close() {
        database.close();
    }
}
