package etl.jdbc;

import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;

/** A data source that throws what was asked for, once each, instead of connecting. */
final class Faults {
    private final Queue<Throwable> next = new ConcurrentLinkedQueue<>();

    void add(Throwable fault) {
        next.add(fault);
    }

    DataSource on(DataSource source) {
        return (DataSource) Proxy.newProxyInstance(
                Faults.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    Throwable fault = next.poll();
                    if (fault != null) {
                        throw fault;
                    }
                    if (!method.getName().equals("getConnection")) {
                        throw new SQLException(method + " is not expected");
                    }
                    return source.getConnection();
                });
    }
}
