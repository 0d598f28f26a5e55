package etl.jdbc;

import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** A table of the host, which shows each execution that was committed. */
final class Payments {
    private Payments() {}

    static void clear(PostgresExtension postgres) throws SQLException {
        postgres.execute("drop table if exists payments; create table payments (amount bigint not null)");
    }

    static long pay(Connection connection, long amount) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into payments values (?)")) {
            insert.setLong(1, amount);
            insert.executeUpdate();
        }
        return amount;
    }

    static List<Long> all(DataSource source) throws SQLException {
        return Query.longs(source, "select amount from payments order by amount");
    }
}
