package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.RunId;
import etl.core.TaskState;
import etl.core.spi.RowCounts;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import etl.testkit.PostgresExtension;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TaskWritesTest {
    private static final Instant NOON = Instant.parse("2001-01-01T12:00:00Z");

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final AtomicInteger sent = new AtomicInteger();

    @Test
    void starts_and_ends_of_many_tasks_are_sent_together() {
        try (JdbcStateStore store = JdbcStateStore.open(postgres.dataSource())) {
            RunId run = StoredRuns.create(store);
            List<TaskWrite> writes = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                writes.add(write(run, TaskChange.started("t" + i, 1, NOON)));
                writes.add(write(run, TaskChange.succeeded("t" + i, 1, NOON, RowCounts.NONE, null, String.class)));
            }

            Set<TaskWrite> refused = store.database()
                    .transaction(
                            "writing",
                            connection -> new TaskWrites(store.database()).apply(counting(connection), writes));

            assertThat(refused).isEmpty();
            assertThat(sent).as("batches sent to the server").hasValue(2);
            assertThat(store.tasks(run))
                    .hasSize(100)
                    .extracting(StoredTask::state)
                    .containsOnly(TaskState.SUCCEEDED);
        }
    }

    private static TaskWrite write(RunId run, TaskChange change) {
        return new TaskWrite(run, null, change, null, new Told());
    }

    private Connection counting(Connection connection) {
        return proxy(
                Connection.class,
                (self, method, arguments) -> call(connection, method, arguments) instanceof PreparedStatement statement
                        ? counting(statement)
                        : null);
    }

    private PreparedStatement counting(PreparedStatement statement) {
        return proxy(PreparedStatement.class, (self, method, arguments) -> {
            if (method.getName().equals("executeBatch")) {
                sent.incrementAndGet();
            }
            return call(statement, method, arguments);
        });
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException failure) {
            throw failure.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(TaskWritesTest.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
