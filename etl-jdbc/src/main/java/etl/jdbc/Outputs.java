package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.StateStoreException;
import java.lang.reflect.Type;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Reads the column {@code output} of {@code pipeline_tasks}. */
final class Outputs {
    private static final int FETCH_SIZE = 1_000;

    private final PatientDatabase database;
    private final String table;
    private final String ofRun;

    /** Patient, since a task whose input cannot be read now would fail although nothing is wrong with it. */
    Outputs(PatientDatabase database) {
        this.database = database;
        this.table = database.database().table("pipeline_tasks");
        this.ofRun = RunsTable.notPurged(database.database());
    }

    /** SQL NULL is the output null, of whatever type; JSON null may be another value, such as an empty Optional. */
    @Nullable
    Object read(RunId run, String taskId, Type type) {
        return decoded(run, taskId, type, json(run, taskId));
    }

    private static @Nullable Object decoded(RunId run, String taskId, Type type, @Nullable String json) {
        if (json == null || type == Void.class) {
            return null;
        }
        try {
            return JsonCodec.<@Nullable Object>decode(json, type);
        } catch (JacksonException notReadable) {
            throw new StateStoreException(
                    "the output of task '" + taskId + "' of run " + run + " cannot be read as " + type.getTypeName()
                            + ": " + notReadable.getOriginalMessage(),
                    notReadable);
        }
    }

    /** The outputs of a mapped task's elements that have SUCCEEDED, in their order. */
    List<@Nullable Object> readElements(RunId run, String taskId, Type type) {
        String sql = "select output from " + table + " where run_id = " + ofRun
                + " and task_id = ? and map_index >= 0 and state = 'SUCCEEDED' order by map_index";
        return database.transaction("reading the outputs of task '" + taskId + "'", (connection, again) -> {
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                select.setObject(1, run.value());
                select.setString(2, taskId);
                select.setFetchSize(FETCH_SIZE);
                List<@Nullable Object> outputs = new ArrayList<>();
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        outputs.add(decoded(run, taskId, type, rows.getString(1)));
                    }
                }
                return outputs;
            }
        });
    }

    private @Nullable String json(RunId run, String taskId) {
        String sql = "select output from " + table + " where run_id = " + ofRun
                + " and task_id = ? and map_index = -1 and state = 'SUCCEEDED'";
        return database.<@Nullable String>statement(
                "reading the output of task '" + taskId + "'", (connection, again) -> {
                    try (PreparedStatement select = connection.prepareStatement(sql)) {
                        select.setObject(1, run.value());
                        select.setString(2, taskId);
                        try (ResultSet rows = select.executeQuery()) {
                            if (!rows.next()) {
                                throw new StateStoreException(
                                        "task '" + taskId + "' of run " + run + " has no output: it has not succeeded",
                                        null);
                            }
                            return rows.getString(1);
                        }
                    }
                });
    }
}
