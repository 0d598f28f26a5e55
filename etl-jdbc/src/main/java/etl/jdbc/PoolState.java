package etl.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** How full a pool of connections is, for people who wonder why nothing happens. */
final class PoolState {
    private PoolState() {}

    /** Its numbers if it is a HikariCP pool, also behind a wrapper; otherwise its class. */
    static String of(DataSource source) {
        HikariDataSource pool = hikari(source);
        HikariPoolMXBean numbers = pool == null ? null : pool.getHikariPoolMXBean();
        if (pool == null || numbers == null) {
            return source.getClass().getSimpleName();
        }
        return pool.getPoolName() + " (total=" + numbers.getTotalConnections() + ", active="
                + numbers.getActiveConnections() + ", idle=" + numbers.getIdleConnections() + ", waiting="
                + numbers.getThreadsAwaitingConnection() + ")";
    }

    private static @Nullable HikariDataSource hikari(DataSource source) {
        try {
            return source.isWrapperFor(HikariDataSource.class) ? source.unwrap(HikariDataSource.class) : null;
        } catch (SQLException | RuntimeException unknown) {
            return null;
        }
    }
}
