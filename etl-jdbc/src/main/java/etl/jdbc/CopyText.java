package etl.jdbc;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Streams rows into a table by COPY in text format (PostgreSQL manual, COPY, "Text Format"). */
final class CopyText {
    private static final int BUFFER = 64 * 1024;

    private CopyText() {}

    /**
     * Each row is the values of the columns in order. The stream pushes its rows, since one that is pulled would first
     * gather everything that a {@code flatMap} makes of an element.
     */
    static void copy(Connection connection, String table, String columns, Stream<String[]> rows) throws SQLException {
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("copy " + table + " (" + columns + ") from stdin");
        try {
            StringBuilder buffer = new StringBuilder(BUFFER + 1024);
            rows.sequential().forEachOrdered(row -> {
                append(buffer, row);
                if (buffer.length() >= BUFFER) {
                    send(copy, buffer);
                }
            });
            send(copy, buffer);
            copy.endCopy();
        } catch (NotSent failure) {
            cancel(copy, failure.cause);
            throw failure.cause;
        } catch (Throwable failure) {
            cancel(copy, failure);
            throw failure;
        }
    }

    private static void cancel(CopyIn copy, Throwable failure) {
        try {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        } catch (SQLException | RuntimeException secondary) {
            failure.addSuppressed(secondary);
        }
    }

    private static void append(StringBuilder buffer, String[] values) {
        for (int i = 0; i < values.length; i++) {
            if (i > 0) {
                buffer.append('\t');
            }
            escape(buffer, values[i]);
        }
        buffer.append('\n');
    }

    private static void escape(StringBuilder buffer, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> buffer.append("\\\\");
                case '\t' -> buffer.append("\\t");
                case '\n' -> buffer.append("\\n");
                case '\r' -> buffer.append("\\r");
                default -> buffer.append(c);
            }
        }
    }

    private static void send(CopyIn copy, StringBuilder buffer) {
        byte[] bytes = buffer.toString().getBytes(StandardCharsets.UTF_8);
        try {
            copy.writeToCopy(bytes, 0, bytes.length);
        } catch (SQLException failure) {
            throw new NotSent(failure);
        }
        buffer.setLength(0);
    }

    /** Carries what the database refused through the stream. */
    private static final class NotSent extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final SQLException cause;

        NotSent(SQLException cause) {
            super(cause);
            this.cause = cause;
        }
    }
}
