package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.ErrorInfo;
import etl.core.spi.TaskChange;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Rows as parameters of {@link TaskUpsert}: an array for each column, and the runs to which they belong. */
final class TaskRowArrays {
    private final List<TaskRow> rows;
    private final Map<Owned, Integer> places = new LinkedHashMap<>();

    TaskRowArrays(List<TaskRow> rows) {
        this.rows = rows;
        rows.forEach(row -> places.putIfAbsent(Owned.of(row), places.size()));
    }

    /** A run and the lease by which it is written to. */
    private record Owned(RunId run, @Nullable Lease lease) {
        static Owned of(TaskRow row) {
            return new Owned(row.write().run(), row.write().lease());
        }

        UUID id() {
            return run.value();
        }
    }

    /** The parameters, in order; an array that is shorter than the others stands for nulls. */
    void bind(PreparedStatement statement) throws SQLException {
        Connection connection = statement.getConnection();
        List<Array> arrays = List.of(
                connection.createArrayOf("int4", places.values().toArray(Integer[]::new)),
                connection.createArrayOf(
                        "uuid", places.keySet().stream().map(Owned::id).toArray(UUID[]::new)),
                connection.createArrayOf("int8", epochs()),
                integers(connection, row -> places.get(Owned.of(row))),
                texts(connection, row -> change(row).taskId()),
                integers(connection, row -> change(row).mapIndex()),
                texts(connection, row -> change(row).state().name()),
                integers(connection, row -> change(row).attempt()),
                longs(connection, row -> Columns.microseconds(row.startedAt())),
                longs(connection, row -> Columns.microseconds(row.endedAt())),
                longs(connection, row -> change(row).rows().read()),
                longs(connection, row -> change(row).rows().written()),
                longs(connection, row -> change(row).rows().rejected()),
                texts(connection, row -> row.write().output()),
                texts(connection, row -> error(row, ErrorInfo::type)),
                texts(connection, row -> error(row, ErrorInfo::message)),
                texts(connection, row -> error(row, ErrorInfo::stack)),
                connection.createArrayOf(
                        "uuid",
                        column(
                                UUID[]::new,
                                row -> change(row)
                                        .cachedFrom()
                                        .map(RunId::value)
                                        .orElse(null))));
        for (int i = 0; i < arrays.size(); i++) {
            statement.setArray(i + 1, arrays.get(i));
        }
    }

    private @Nullable Long[] epochs() {
        @Nullable Long[] epochs = new Long[places.size()];
        places.forEach((owned, place) ->
                epochs[place] = owned.lease() == null ? null : owned.lease().epoch());
        return epochs;
    }

    private Array integers(Connection connection, Function<TaskRow, @Nullable Integer> value) throws SQLException {
        return connection.createArrayOf("int4", column(Integer[]::new, value));
    }

    private Array longs(Connection connection, Function<TaskRow, @Nullable Long> value) throws SQLException {
        return connection.createArrayOf("int8", column(Long[]::new, value));
    }

    private Array texts(Connection connection, Function<TaskRow, @Nullable String> value) throws SQLException {
        return connection.createArrayOf("text", column(String[]::new, value));
    }

    private <T> @Nullable T[] column(IntFunction<@Nullable T[]> array, Function<TaskRow, @Nullable T> value) {
        @Nullable T[] column = array.apply(rows.size());
        boolean empty = true;
        for (int i = 0; i < column.length; i++) {
            column[i] = value.apply(rows.get(i));
            empty &= column[i] == null;
        }
        return empty ? array.apply(0) : column;
    }

    private static TaskChange change(TaskRow row) {
        return row.write().change();
    }

    private static @Nullable String error(TaskRow row, Function<ErrorInfo, String> part) {
        return Columns.text(change(row).error(), part);
    }

    /**
     * What was not written.
     *
     * @param owned the places of the runs that are still owned
     * @param written the rows that were written
     */
    BatchStore.Unwritten unwritten(Set<Integer> owned, Set<TaskWrite.Row> written) {
        if (written.size() == rows.size()) {
            return BatchStore.Unwritten.NOTHING;
        }
        Set<Lease> lost = new HashSet<>();
        places.forEach((of, place) -> {
            if (of.lease() != null && !owned.contains(place)) {
                lost.add(of.lease());
            }
        });
        Set<StateWrite> refused = new HashSet<>();
        for (TaskRow row : rows) {
            Lease lease = row.write().lease();
            if ((lease == null || !lost.contains(lease))
                    && !written.contains(row.write().row())) {
                row.addTo(refused);
            }
        }
        return new BatchStore.Unwritten(lost, refused);
    }
}
