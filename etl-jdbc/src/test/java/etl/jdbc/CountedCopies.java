package etl.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;

/** Counts the rows that are handed to COPY on the connections of a data source. */
final class CountedCopies {
    private final AtomicLong sent = new AtomicLong();

    long sent() {
        return sent.get();
    }

    DataSource on(DataSource source) {
        return proxy(DataSource.class, (data, method, arguments) -> connection(source.getConnection()));
    }

    private Connection connection(Connection connection) {
        return proxy(
                Connection.class,
                (self, method, arguments) -> method.getName().equals("unwrap")
                        ? driver(connection.unwrap(PGConnection.class))
                        : call(connection, method, arguments));
    }

    private PGConnection driver(PGConnection connection) {
        return proxy(
                PGConnection.class,
                (self, method, arguments) -> method.getName().equals("getCopyAPI")
                        ? new Copies((BaseConnection) connection)
                        : call(connection, method, arguments));
    }

    private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException failure) {
            throw failure.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(CountedCopies.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private final class Copies extends CopyManager {
        Copies(BaseConnection connection) throws SQLException {
            super(connection);
        }

        @Override
        public CopyIn copyIn(String sql) throws SQLException {
            CopyIn copy = super.copyIn(sql);
            return proxy(CopyIn.class, (self, method, arguments) -> {
                if (method.getName().equals("writeToCopy")) {
                    for (byte one : (byte[]) arguments[0]) {
                        sent.addAndGet(one == '\n' ? 1 : 0);
                    }
                }
                return call(copy, method, arguments);
            });
        }
    }
}
