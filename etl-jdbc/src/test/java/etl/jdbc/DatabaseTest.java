package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.testkit.PostgresExtension;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DatabaseTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @BeforeEach
    void emptyTable() throws SQLException {
        postgres.execute("drop table if exists item; create table item (name text)");
    }

    @Test
    void an_undeclared_checked_exception_rolls_back() throws SQLException {
        IOException failure = new IOException("the disk is full");

        assertThatThrownBy(() -> on(postgres.dataSource()).transaction("inserting", connection -> {
                    insert(connection);
                    throw Sneaky.<RuntimeException>sneak(failure);
                }))
                .isSameAs(failure);
        assertThat(items()).isZero();
    }

    @Test
    void a_connection_that_breaks_after_a_failure_does_not_hide_it() {
        DataSource source = BrokenConnections.of(postgres.dataSource(), "setAutoCommit[true]");
        IllegalStateException failure = new IllegalStateException("the first failure");

        assertThatThrownBy(() -> on(source).transaction("inserting", connection -> {
                    throw failure;
                }))
                .isSameAs(failure)
                .hasSuppressedException(new SQLException("setAutoCommit[true] is broken"));
    }

    @Test
    void what_cannot_be_rolled_back_is_not_committed_either() throws SQLException {
        DataSource source = BrokenConnections.of(postgres.dataSource(), "rollback[]");
        IllegalStateException failure = new IllegalStateException("the first failure");

        assertThatThrownBy(() -> on(source).transaction("inserting", connection -> {
                    insert(connection);
                    throw failure;
                }))
                .isSameAs(failure)
                .hasSuppressedException(new SQLException("rollback[] is broken"));
        assertThat(items()).isZero();
    }

    @Test
    void what_is_committed_stays_done_when_the_connection_breaks_afterwards() throws SQLException {
        DataSource source = BrokenConnections.of(postgres.dataSource(), "setAutoCommit[true]");

        String result = on(source).transaction("inserting", connection -> {
            insert(connection);
            return "done";
        });

        assertThat(result).isEqualTo("done");
        assertThat(items()).isEqualTo(1);
    }

    private static Database on(DataSource source) {
        return new Database(source, "public");
    }

    private static void insert(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("insert into item values ('one')");
        }
    }

    private static long items() throws SQLException {
        return Query.longs(postgres.dataSource(), "select count(*) from item").get(0);
    }
}
