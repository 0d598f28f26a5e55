package etl.jdbc;

import etl.core.RunId;
import etl.core.TaskContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The table {@code raw_data}: what was extracted, as it came. Safe for use by many threads. */
public final class RawData {
    private static final int REPORT_EVERY = 1_000;

    private final Database database;
    private final AttemptFence fence;

    private RawData(JdbcStateStore store) {
        this.database = store.database();
        this.fence = new AttemptFence(store);
    }

    /**
     * The table of a store's schema.
     *
     * @param store the store
     * @return the table
     */
    public static RawData in(JdbcStateStore store) {
        return new RawData(store);
    }

    /**
     * Writes the records of a source as JSON, in one transaction. Records that this run has of this source already, from
     * an earlier attempt, are replaced, so that each is there once. Reports progress, and counts the rows as read and
     * written when they are committed. Only a few records are in memory at a time.
     *
     * @param context the attempt that writes
     * @param source the source's name
     * @param records the records, read once and closed; each becomes JSON by its public properties
     * @return how many records were written
     * @throws etl.core.TaskCancelledException if the attempt is cancelled; nothing is written then
     * @throws IllegalArgumentException if a record holds a character or a number that PostgreSQL cannot store; nothing is
     *     written
     * @throws etl.core.spi.StaleWriteException if another attempt has taken this one's place, or the task has ended;
     *     nothing is written
     * @throws etl.core.spi.StateStoreException if the database refuses; nothing is written
     */
    public long land(TaskContext context, String source, Stream<?> records) {
        AtomicLong position = new AtomicLong();
        try (records) {
            Stream<String[]> rows = records.map(record -> row(context, source, position.getAndIncrement(), record));
            database.transaction("landing source '" + source + "'", connection -> {
                fence.begin(connection, context);
                delete(connection, context.runId(), source);
                CopyText.copy(
                        connection,
                        database.table("raw_data"),
                        "run_id, source, position, content, content_hash",
                        rows);
                context.checkCancelled();
                fence.hold(connection, context);
                return true;
            });
        }
        context.rowsRead(position.get());
        context.rowsWritten(position.get());
        context.progress(position.get(), position.get());
        return position.get();
    }

    private static String[] row(TaskContext context, String source, long position, Object record) {
        if (position % REPORT_EVERY == 0) {
            context.checkCancelled();
            context.progress(position, -1);
        }
        String json = JsonCodec.encode(record);
        Optional<StorableJson.Refusal> refusal = StorableJson.refusal(json);
        if (refusal.isPresent()) {
            throw new IllegalArgumentException("record " + position + " of source '" + source + "' holds "
                    + refusal.get().what()
                    + ", which PostgreSQL cannot store; clean it before it is landed");
        }
        return new String[] {context.runId().toString(), source, String.valueOf(position), json, hash(json)};
    }

    private void delete(Connection connection, RunId run, String source) throws SQLException {
        String sql = "delete from " + database.table("raw_data") + " where run_id = ? and source = ?";
        try (PreparedStatement delete = connection.prepareStatement(sql)) {
            delete.setObject(1, run.value());
            delete.setString(2, source);
            delete.executeUpdate();
        }
    }

    private static String hash(String json) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(json.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /**
     * Reads the records of a source in the order of their positions, a thousand at a time.
     *
     * @param run the run
     * @param source the source's name
     * @param type what each record is read as
     * @param reader called for each record, on the calling thread
     * @param <T> the type of a record
     * @throws etl.core.spi.StateStoreException if the database refuses
     */
    public <T> void read(RunId run, String source, Class<T> type, Consumer<RawRow<T>> reader) {
        String sql = "select raw_id, position, content_hash, content from " + database.table("raw_data")
                + " where run_id = ? and source = ? order by position";
        database.transaction("reading source '" + source + "'", connection -> {
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                select.setObject(1, run.value());
                select.setString(2, source);
                select.setFetchSize(REPORT_EVERY);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        T content = JsonCodec.decode(rows.getString(4), type);
                        reader.accept(new RawRow<>(rows.getLong(1), rows.getLong(2), rows.getString(3), content));
                    }
                }
            }
            return true;
        });
    }
}
