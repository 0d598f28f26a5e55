package etl.examples.flights;

import etl.core.TaskContext;
import etl.jdbc.JdbcStateStore;
import etl.jdbc.RawData;
import etl.jdbc.RawRow;
import etl.jdbc.TransformedData;
import etl.jdbc.TransformedRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Turns the raw records of a source into transformed rows: valid ones, and invalid ones with their reasons. */
final class Transformation {
    private final JdbcStateStore store;

    Transformation(JdbcStateStore store) {
        this.store = store;
    }

    /**
     * Each raw record gets one row; a record that is equal to an earlier one is invalid as its duplicate.
     *
     * @param reader makes a value of the fields, and notes what is wrong with them
     */
    Transformed transform(TaskContext ctx, String source, Function<Validation, ?> reader) {
        Map<String, Long> firstPositions = new HashMap<>();
        List<TransformedRow> rows = new ArrayList<>();
        long[] duplicates = {0};
        RawData.in(store).read(ctx.runId(), source, Fields.class, raw -> {
            ctx.rowsRead(1);
            Long first = firstPositions.putIfAbsent(raw.contentHash(), raw.position());
            if (first != null) {
                duplicates[0]++;
                rows.add(new TransformedRow(raw.id(), raw.content(), List.of("duplicate of record " + first)));
            } else {
                rows.add(row(raw, reader));
            }
        });
        long valid = rows.stream().filter(TransformedRow::isValid).count();
        TransformedData.in(store).write(ctx, source, rows.stream());
        return new Transformed(source, valid, rows.size() - valid, duplicates[0]);
    }

    private static TransformedRow row(RawRow<Fields> raw, Function<Validation, ?> reader) {
        Validation validation = new Validation(raw.content());
        Object value = reader.apply(validation);
        return validation.errors().isEmpty()
                ? TransformedRow.valid(raw.id(), value)
                : new TransformedRow(raw.id(), raw.content(), validation.errors());
    }

    /** The fields of a raw record; numbers are read as the text they are. */
    static final class Fields extends HashMap<String, String> {
        private static final long serialVersionUID = 1L;
    }
}
