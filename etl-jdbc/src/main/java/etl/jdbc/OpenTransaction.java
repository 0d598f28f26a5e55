package etl.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A transaction as the database knows it.
 *
 * @param id its id, as long as it is open unique among all transactions
 * @param seesOthers whether it sees what others commit while it is open
 */
record OpenTransaction(String id, boolean seesOthers) {
    /** The transaction of a connection, which begins if it has not begun. */
    static OpenTransaction of(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                        "select pg_current_xact_id()::xid, current_setting('transaction_isolation')");
                ResultSet row = select.executeQuery()) {
            row.next();
            return new OpenTransaction(row.getString(1), row.getString(2).startsWith("read "));
        }
    }
}
