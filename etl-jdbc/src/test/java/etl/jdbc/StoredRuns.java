package etl.jdbc;

import etl.core.RunId;
import etl.core.TaskState;
import etl.core.spi.EngineRun;
import etl.core.spi.NewRun;
import etl.testkit.PostgresExtension;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Runs as they stand in the database, made without executing anything. */
final class StoredRuns {
    private StoredRuns() {}

    static RunId create(JdbcStateStore store) {
        return create(store, EngineRun.LOCAL);
    }

    static RunId create(JdbcStateStore store, EngineRun engineRun) {
        NewRun run = newRun("orders", engineRun);
        store.create(run);
        return run.id();
    }

    static NewRun newRun(String pipeline, EngineRun engineRun) {
        return new NewRun(
                RunId.random(),
                pipeline,
                "f00d",
                Optional.empty(),
                Map.of(),
                engineRun,
                1,
                Instant.parse("2001-01-01T12:00:00Z"),
                Optional.empty(),
                false);
    }

    static void set(PostgresExtension postgres, RunId run, String taskId, int attempt, TaskState state) {
        try {
            postgres.execute("insert into etl.pipeline_tasks (run_id, task_id, state, attempt, started_at) values ('"
                    + run + "', '" + taskId + "', '" + state + "', " + attempt + ", now())"
                    + " on conflict (run_id, task_id, map_index) do update"
                    + " set state = excluded.state, attempt = excluded.attempt");
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
