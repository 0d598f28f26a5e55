package etl.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** Real connections that break, now and then, after a statement that writes task runs was executed and committed. */
final class LostAnswers {
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger executed = new AtomicInteger();
    private final int everySo;

    /** Of so many statements the answer to the first is lost. */
    LostAnswers(int everySo) {
        this.everySo = everySo;
    }

    int lost() {
        return lost.get();
    }

    DataSource of(DataSource source) {
        return proxy(DataSource.class, source, (name, arguments, result) -> wrapped(result));
    }

    private Object wrapped(Object connection) {
        return connection instanceof Connection real
                ? proxy(Connection.class, real, (name, arguments, result) -> {
                    boolean writes = name.equals("prepareStatement")
                            && arguments[0].toString().contains("insert into \"etl\".pipeline_tasks")
                            && real.getAutoCommit();
                    return writes ? breaking((PreparedStatement) result) : result;
                })
                : connection;
    }

    private PreparedStatement breaking(PreparedStatement statement) {
        return proxy(PreparedStatement.class, statement, (name, arguments, result) -> {
            if (name.startsWith("execute") && executed.getAndIncrement() % everySo == 0) {
                lost.incrementAndGet();
                throw new SQLException("the connection was lost while the commit was under way", "08006");
            }
            return result;
        });
    }

    /** What becomes of the result of a call. */
    private interface Result {
        Object of(String method, Object[] arguments, Object result) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, T target, Result then) {
        InvocationHandler handler = (self, method, arguments) -> {
            try {
                return then.of(method.getName(), arguments, method.invoke(target, arguments));
            } catch (InvocationTargetException failure) {
                throw failure.getCause();
            }
        };
        return type.cast(Proxy.newProxyInstance(LostAnswers.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
