package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.GenericType;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.testkit.PostgresExtension;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A resumed run reads from the database what earlier tasks have returned. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StoredInputsTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final AtomicBoolean broken = new AtomicBoolean(true);
    private final AtomicInteger failures = new AtomicInteger();
    private final PipelineBuilder builder = Pipeline.named("stored-inputs");
    private final TaskRef<List<Integer>> numbers =
            builder.task("numbers", new GenericType<List<Integer>>() {}).run(context -> List.of(1, 2, 3));

    private int once(int number) {
        if (broken.get()) {
            throw new IllegalStateException("as planned");
        }
        return number;
    }

    /** Each reading of outputs fails at first, as if its connection had been lost. */
    private DataSource troubled(DataSource source) {
        AtomicInteger readings = new AtomicInteger();
        return proxy(
                DataSource.class,
                source,
                connection -> proxy(Connection.class, connection, statement -> {
                    if (statement.toString().startsWith("select output") && readings.getAndIncrement() % 2 == 0) {
                        failures.incrementAndGet();
                        throw new SQLException("the connection was lost", "08006");
                    }
                    return statement;
                }));
    }

    /** What becomes of the result of a call. */
    private interface Result {
        Object of(Object result) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, Object target, Result then) {
        InvocationHandler handler = (self, method, arguments) -> {
            Object result;
            try {
                result = method.invoke(target, arguments);
            } catch (InvocationTargetException failure) {
                throw failure.getCause();
            }
            return method.getName().equals("getConnection") || method.getName().equals("prepareStatement")
                    ? then.of(result)
                    : result;
        };
        return type.cast(
                Proxy.newProxyInstance(StoredInputsTest.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private RunReport resumedInTrouble(Pipeline pipeline) {
        RunId id;
        try (Etl etl =
                Etl.builder().store(JdbcStateStore.open(postgres.dataSource())).build()) {
            RunReport failed = etl.run(pipeline, Arguments.none());
            assertThat(failed.state()).isEqualTo(RunState.FAILED);
            id = failed.id();
        }
        broken.set(false);
        try (Etl etl = Etl.builder()
                .store(JdbcStateStore.open(troubled(postgres.dataSource())))
                .build()) {
            RunReport resumed = etl.resume(id, pipeline).await();
            assertThat(failures).hasPositiveValue();
            return resumed.orThrow();
        }
    }

    @Test
    void a_task_waits_for_its_inputs_while_they_cannot_be_read() {
        TaskRef<Integer> sum = builder.task("sum", Integer.class)
                .from(numbers)
                .run((context, all) ->
                        once(all.stream().mapToInt(Integer::intValue).sum()));

        assertThat(resumedInTrouble(builder.build()).output(sum)).isEqualTo(6);
    }

    @Test
    void a_mapped_task_waits_for_its_elements_while_they_cannot_be_read() {
        TaskRef<List<Integer>> each =
                builder.task("each", Integer.class).mapOver(numbers).run((context, number) -> once(number));

        assertThat(resumedInTrouble(builder.build()).output(each)).containsExactly(1, 2, 3);
    }
}
