package etl.examples;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.GenericType;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunReport;
import etl.core.TaskContext;
import etl.core.TaskRef;
import etl.core.spi.RowCounts;
import etl.jdbc.JdbcStateStore;
import etl.jdbc.Transactions;
import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The code of docs/transactions.md. */
@SuppressWarnings("ClassCanBeStatic")
class TransactionsPageTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    record Order(String id, int cents) {}

    // snippet
    int book(Connection connection, TaskContext ctx, List<Order> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into bookings values (?, ?)")) {
            for (Order order : rows) {
                insert.setString(1, order.id());
                insert.setInt(2, order.cents());
                insert.addBatch();
            }
            ctx.rowsWritten(insert.executeBatch().length);
        }
        return rows.size();
    }
    // end

    @Test
    void bookings_are_committed_with_the_result() throws SQLException {
        postgres.execute("create table bookings (id text not null, cents integer not null)");
        JdbcStateStore store = JdbcStateStore.open(postgres.dataSource());
        PipelineBuilder orders = Pipeline.named("orders");
        TaskRef<List<Order>> load = orders.task("load", new GenericType<List<Order>>() {})
                .run(ctx -> List.of(new Order("a", 5), new Order("b", 7)));
        // snippet
        Transactions transactions = Transactions.in(store);
        TaskRef<Integer> book = orders.task("book", Integer.class)
                .from(load)
                .run((ctx, rows) -> transactions.commit(ctx, connection -> book(connection, ctx, rows)));
        // end
        TaskRef<Integer> late = orders.task("late", Integer.class)
                .retry(RetryPolicy.attempts(3))
                .from(load)
                .run((ctx, rows) -> {
                    transactions.commit(ctx, connection -> book(connection, ctx, rows));
                    throw new IllegalStateException("after the commit");
                });
        try (Etl etl = Etl.builder().store(store).build()) {
            RunReport run = etl.run(orders.build()).orThrow();

            assertThat(run.output(book)).isEqualTo(2);
            assertThat(run.task(book).rows()).isEqualTo(new RowCounts(0, 2, 0));
            assertThat(run.output(late)).isEqualTo(2);
            assertThat(run.task(late).attempts()).isEqualTo(1);
            assertThat(bookings()).isEqualTo(4);
        }
    }

    private static int bookings() throws SQLException {
        try (Connection connection = postgres.dataSource().getConnection();
                PreparedStatement select = connection.prepareStatement("select count(*) from bookings");
                ResultSet rows = select.executeQuery()) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
