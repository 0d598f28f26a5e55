package etl.jdbc;

import etl.core.RunId;
import etl.core.TaskContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The table {@code transformed_data}: what became of each raw record. Safe for use by many threads. */
public final class TransformedData {
    private static final int REPORT_EVERY = 1_000;

    private final Database database;
    private final AttemptFence fence;

    private TransformedData(JdbcStateStore store) {
        this.database = store.database();
        this.fence = new AttemptFence(store);
    }

    /**
     * The table of a store's schema.
     *
     * @param store the store
     * @return the table
     */
    public static TransformedData in(JdbcStateStore store) {
        return new TransformedData(store);
    }

    /**
     * Writes the rows of a source, in one transaction. Rows that this run has of this source already, from an earlier
     * attempt, are replaced. Valid rows are counted as written, the others as rejected, when they are committed. Only a
     * few rows are in memory at a time. Characters that PostgreSQL cannot store become U+FFFD in errors, which often quote
     * the text they complain of.
     *
     * @param context the attempt that writes
     * @param source the source's name
     * @param rows the rows, read once and closed
     * @return how many rows were written, the invalid ones included
     * @throws etl.core.TaskCancelledException if the attempt is cancelled; nothing is written then
     * @throws IllegalArgumentException if the content of a row holds a character or a number that PostgreSQL cannot store;
     *     nothing is written
     * @throws etl.core.spi.StaleWriteException if another attempt has taken this one's place, or the task has ended;
     *     nothing is written
     * @throws etl.core.spi.StateStoreException if the database refuses; nothing is written
     */
    public long write(TaskContext context, String source, Stream<TransformedRow> rows) {
        AtomicLong count = new AtomicLong();
        AtomicLong valid = new AtomicLong();
        try (rows) {
            Stream<String[]> values = rows.map(row -> {
                valid.addAndGet(row.isValid() ? 1 : 0);
                return values(context, source, count.getAndIncrement(), row);
            });
            database.transaction("writing the transformed source '" + source + "'", connection -> {
                fence.begin(connection, context);
                delete(connection, context.runId(), source);
                CopyText.copy(
                        connection,
                        database.table("transformed_data"),
                        "run_id, source, raw_id, content, status, errors",
                        values);
                context.checkCancelled();
                fence.hold(connection, context);
                return true;
            });
        }
        context.rowsWritten(valid.get());
        context.rowsRejected(count.get() - valid.get());
        context.progress(count.get(), count.get());
        return count.get();
    }

    private static String[] values(TaskContext context, String source, long position, TransformedRow row) {
        if (position % REPORT_EVERY == 0) {
            context.checkCancelled();
            context.progress(position, -1);
        }
        String content = JsonCodec.encode(row.content());
        Optional<StorableJson.Refusal> refusal = StorableJson.refusal(content);
        if (refusal.isPresent()) {
            throw new IllegalArgumentException("the row of raw id " + row.rawId() + " of source '" + source + "' holds "
                    + refusal.get().what()
                    + ", which PostgreSQL cannot store; clean it before it is written");
        }
        List<String> errors = row.errors().stream().map(StorableText::of).toList();
        return new String[] {
            context.runId().toString(),
            source,
            String.valueOf(row.rawId()),
            content,
            row.isValid() ? "VALID" : "INVALID",
            JsonCodec.encode(errors)
        };
    }

    private void delete(Connection connection, RunId run, String source) throws SQLException {
        String sql = "delete from " + database.table("transformed_data") + " where run_id = ? and source = ?";
        try (PreparedStatement delete = connection.prepareStatement(sql)) {
            delete.setObject(1, run.value());
            delete.setString(2, source);
            delete.executeUpdate();
        }
    }

    /**
     * Reads the valid rows of a source in the order of their raw records, a thousand at a time.
     *
     * @param run the run
     * @param source the source's name
     * @param type what each row is read as
     * @param reader called for each row, on the calling thread
     * @param <T> the type of a row
     * @throws etl.core.spi.StateStoreException if the database refuses
     */
    public <T> void read(RunId run, String source, Class<T> type, Consumer<T> reader) {
        String sql = "select content from " + database.table("transformed_data")
                + " where run_id = ? and source = ? and status = 'VALID' order by raw_id";
        database.transaction("reading the transformed source '" + source + "'", connection -> {
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                select.setObject(1, run.value());
                select.setString(2, source);
                select.setFetchSize(REPORT_EVERY);
                try (ResultSet result = select.executeQuery()) {
                    while (result.next()) {
                        T content = JsonCodec.decode(result.getString(1), type);
                        reader.accept(content);
                    }
                }
            }
            return true;
        });
    }
}
