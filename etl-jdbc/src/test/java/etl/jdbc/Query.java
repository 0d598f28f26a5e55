package etl.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Reads the first column of a query. */
final class Query {
    private Query() {}

    static List<Long> longs(DataSource source, String sql) throws SQLException {
        return strings(source, sql).stream().map(Long::valueOf).toList();
    }

    static List<String> strings(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    /** Until some session waits for a lock that another one has. */
    static void awaitWaitingForALock(DataSource dataSource) throws SQLException {
        while (strings(
                        dataSource,
                        "select pid from pg_stat_activity where datname = current_database()"
                                + " and wait_event_type = 'Lock' and state = 'active'")
                .isEmpty()) {
            Thread.onSpinWait();
        }
    }
}
