package etl.jdbc;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.TaskRef;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** A process that is gone from one moment to the next while a task of its run commits. */
final class CommittingProcess {
    static final int GONE = 7;

    private final AtomicReference<@Nullable Thread> committing = new AtomicReference<>();
    private final Moment moment;

    /** When the process ends. */
    enum Moment {
        BEFORE_THE_COMMIT,
        AFTER_THE_COMMIT,
        NEVER
    }

    private CommittingProcess(Moment moment) {
        this.moment = moment;
    }

    public static void main(String... arguments) {
        CommittingProcess process = new CommittingProcess(Moment.valueOf(arguments[1]));
        DatabaseUrl url = DatabaseUrl.parse(arguments[0]);
        PGSimpleDataSource server = new PGSimpleDataSource();
        server.setUrl(url.jdbcUrl());
        url.user().ifPresent(server::setUser);
        url.password().ifPresent(server::setPassword);
        HostDataSource host = new HostDataSource(
                server,
                new HostDataSource.Settings(true, false, Connection.TRANSACTION_READ_COMMITTED),
                process::commit);
        JdbcStateStore store = open(host);
        try (Etl etl = Etl.builder().store(store).build()) {
            RunHandle run = etl.submit(process.pipeline(store), Arguments.none());
            System.out.println(run.id());
            run.await();
        }
    }

    static JdbcStateStore open(DataSource host) {
        return JdbcStateStore.builder(host).lease(Duration.ofSeconds(1)).open();
    }

    static Pipeline surviving(JdbcStateStore store) {
        return new CommittingProcess(Moment.NEVER).pipeline(store);
    }

    private void commit(Connection connection) throws SQLException {
        boolean own = committing.get() == Thread.currentThread();
        if (own && moment == Moment.BEFORE_THE_COMMIT) {
            Runtime.getRuntime().halt(GONE);
        }
        connection.commit();
        if (own && moment == Moment.AFTER_THE_COMMIT) {
            Runtime.getRuntime().halt(GONE);
        }
    }

    private Pipeline pipeline(JdbcStateStore store) {
        Transactions transactions = Transactions.in(store);
        PipelineBuilder orders = Pipeline.named("orders");
        TaskRef<Long> pay = orders.task("pay", Long.class).run(context -> {
            try (Connection connection = store.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("insert into executed values (" + context.attempt() + ")");
            }
            return transactions.commit(context, connection -> {
                committing.set(Thread.currentThread());
                return Payments.pay(connection, context.attempt());
            });
        });
        orders.task("next", Long.class).from(pay).run((context, paid) -> paid * 10);
        return orders.build();
    }
}
