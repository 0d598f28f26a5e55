package etl.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Set;
import javax.sql.DataSource;

/** Real connections on which chosen calls fail instead of being made. */
final class BrokenConnections {
    private BrokenConnections() {}

    /** Calls are written as {@code rollback[]} or {@code setAutoCommit[true]}. */
    static DataSource of(DataSource source, String... failing) {
        Set<String> calls = Set.of(failing);
        return proxy(DataSource.class, (data, method, arguments) -> {
            Connection connection = source.getConnection();
            return proxy(Connection.class, (self, called, values) -> {
                String call = called.getName() + Arrays.toString(values == null ? new Object[0] : values);
                if (calls.contains(call)) {
                    throw new SQLException(call + " is broken");
                }
                try {
                    return called.invoke(connection, values);
                } catch (InvocationTargetException failure) {
                    throw failure.getCause();
                }
            });
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(BrokenConnections.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
