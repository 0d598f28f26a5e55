package etl.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is lent for a part of a transaction: it refuses to end the transaction, and everything once the loan is
 * over, when it may be somebody else's. Safe for use by many threads, as far as the connection is.
 */
final class LentConnection implements AutoCloseable {
    private static final Set<String> ENDING = Set.of("commit", "close", "abort");
    private static final String INVALID_TRANSACTION_TERMINATION = "2D000";
    private static final String CONNECTION_DOES_NOT_EXIST = "08003";

    private final Connection lender;
    private final Connection connection;
    private volatile @Nullable String refused;
    private volatile boolean over;

    LentConnection(Connection lender) {
        this.lender = lender;
        this.connection = (Connection) Proxy.newProxyInstance(
                LentConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (self, method, arguments) -> call(method, arguments));
    }

    Connection connection() {
        return connection;
    }

    /** The call that was refused, if one was. */
    @Nullable
    String refused() {
        return refused;
    }

    private @Nullable Object call(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
        if (over && method.getDeclaringClass() != Object.class) {
            return afterwards(method);
        }
        if (ends(method, arguments)) {
            refused = method.getName() + "()";
            throw new SQLException(
                    refused
                            + " is refused: the transaction is ended together with the result of the task, and rolled back"
                            + " if the work throws",
                    INVALID_TRANSACTION_TERMINATION);
        }
        try {
            return method.invoke(lender, arguments);
        } catch (InvocationTargetException failure) {
            throw failure.getTargetException();
        }
    }

    private static boolean ends(Method method, @Nullable Object @Nullable [] arguments) {
        return switch (method.getName()) {
            case "rollback" -> arguments == null;
            case "setAutoCommit" -> arguments != null && Boolean.TRUE.equals(arguments[0]);
            default -> ENDING.contains(method.getName());
        };
    }

    private static @Nullable Object afterwards(Method method) throws SQLException {
        return switch (method.getName()) {
            case "close" -> null;
            case "isClosed" -> true;
            case "isValid" -> false;
            default ->
                throw new SQLException(
                        "the connection was lent for the work of a task, which is over", CONNECTION_DOES_NOT_EXIST);
        };
    }

    @Override
    public void close() {
        over = true;
    }
}
