package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGStatement;

/**
 * The plans of the queries on a history of 20,000 runs with 200,000 task runs, after ANALYZE and with the planner's usual
 * settings. docs/retention.md has those of fifty times as many.
 */
class PlansTest {
    private static final String RUN = "md5('run 10000')::uuid";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @BeforeAll
    static void aHistory() throws SQLException {
        JdbcStateStore.open(postgres.databaseUrl()).close();
        postgres.execute("insert into etl.pipeline_runs (run_id, pipeline, fingerprint, run_key, arguments, engine,"
                + " engine_run_id, state, tasks, created_at, ended_at) select md5('run ' || i)::uuid,"
                + " case when i % 1000 = 7 then 'pipeline 7' else 'pipeline ' || i % 5 end, 'f00d', 'key ' || i, '{}', 'local', '',"
                + " case when i > 19990 then 'RUNNING' else 'SUCCEEDED' end, 10,"
                + " now() - interval '100 days' + i * interval '432 seconds',"
                + " case when i <= 19990 then now() - interval '100 days' + i * interval '433 seconds' end"
                + " from generate_series(1, 20000) i;"
                + "alter table etl.pipeline_tasks disable trigger all;"
                + "insert into etl.pipeline_tasks (run_id, task_id, state, attempt)"
                + " select md5('run ' || i)::uuid, 'task ' || t, 'SUCCEEDED', 1"
                + " from generate_series(1, 20000) i, generate_series(1, 10) t;"
                + "alter table etl.pipeline_tasks enable trigger all;"
                + "analyze etl.pipeline_runs; analyze etl.pipeline_tasks");
    }

    private static String plan(String sql) throws SQLException {
        return String.join("\n", Query.strings(postgres.dataSource(), "explain (costs off) " + sql));
    }

    private static void assertByIndex(String sql, String index) throws SQLException {
        assertThat(plan(sql))
                .containsPattern("Index (Only )?Scan.* (using|on) " + index)
                .doesNotContain("Seq Scan");
    }

    @Test
    void the_newest_runs_are_read_by_an_index_without_a_sort_of_all() throws SQLException {
        String sql =
                "select * from etl.pipeline_runs where purged_at is null order by created_at desc, run_id limit 20";

        assertByIndex(sql, "pipeline_runs_newest");
        assertThat(plan(sql)).contains("Incremental Sort");
    }

    @Test
    void the_history_of_a_pipeline_is_read_by_an_index() throws SQLException {
        assertByIndex(
                "select * from etl.pipeline_runs where pipeline = 'pipeline 7' order by created_at desc limit 20",
                "pipeline_runs_by_pipeline");
    }

    @Test
    void runs_that_have_not_ended_are_read_by_an_index() throws SQLException {
        assertByIndex(
                "select * from etl.pipeline_runs where purged_at is null and pipeline = 'pipeline 7'"
                        + " and state in ('QUEUED', 'RUNNING') order by created_at, run_id",
                "pipeline_runs_unfinished");
    }

    @Test
    void a_run_is_found_by_its_key_by_an_index() throws SQLException {
        assertByIndex(
                "select * from etl.pipeline_runs where purged_at is null and pipeline = 'pipeline 7' and run_key = 'key 7'",
                "pipeline_runs_pipeline_run_key_key");
    }

    @Test
    void the_task_runs_of_a_run_are_read_by_the_primary_key() throws SQLException {
        String sql =
                "select * from etl.pipeline_tasks where run_id = (select run_id from etl.pipeline_runs where run_id = "
                        + RUN + " and purged_at is null) order by task_id collate \"C\", map_index";

        assertByIndex(sql, "pipeline_tasks_pkey");
        assertByIndex(sql, "pipeline_runs_pkey");
    }

    @Test
    void what_a_purge_reads_and_deletes_is_found_by_indexes() throws SQLException {
        assertByIndex(
                "select run_id from etl.pipeline_runs where ended_at < now() - interval '90 days'"
                        + " and state in ('SUCCEEDED', 'FAILED', 'CANCELLED') and purged_at is null and "
                        + JdbcLeaseStore.IS_FREE
                        + " order by ended_at limit 100 for update skip locked",
                "pipeline_runs_by_end");
        assertByIndex(
                "select run_id from etl.pipeline_runs where ended_at < now() - interval '90 days'"
                        + " and state in ('SUCCEEDED', 'FAILED', 'CANCELLED') and purged_at is null and "
                        + JdbcLeaseStore.IS_FREE
                        + " and pipeline = 'pipeline 7' and created_at < now() - interval '90 days'"
                        + " order by created_at limit 100 for update skip locked",
                "pipeline_runs_by_pipeline");
        assertByIndex("delete from etl.pipeline_tasks where run_id = any(array[" + RUN + "])", "pipeline_tasks_pkey");
    }

    @Test
    void a_piece_of_a_large_run_is_deleted_by_its_places_even_if_runs_are_small_otherwise() throws SQLException {
        String piece = "delete from etl.pipeline_tasks where (run_id = " + RUN
                + ") is true and ctid = any(array(select ctid from etl.pipeline_tasks where run_id = " + RUN
                + " order by run_id, task_id, map_index limit 5000))";
        for (String distinct : List.of("-1", "1", "0")) {
            postgres.execute("alter table etl.pipeline_tasks alter column run_id set (n_distinct = " + distinct
                    + "); analyze etl.pipeline_tasks (run_id)");

            assertByIndex(piece, "pipeline_tasks_pkey");
            assertThat(plan(piece)).contains("Tid Scan on pipeline_tasks");
        }
    }

    @Test
    void a_statement_that_is_prepared_for_all_runs_uses_the_same_indexes() throws SQLException {
        try (Connection connection = postgres.dataSource().getConnection();
                Statement generic = connection.createStatement()) {
            generic.execute("set plan_cache_mode = force_generic_plan");
            assertThat(prepared(connection, "delete from etl.pipeline_tasks where run_id = any(?::uuid[])"))
                    .anyMatch(line -> line.contains("pipeline_tasks_pkey"))
                    .noneMatch(line -> line.contains("Seq Scan"));
        }
    }

    private static List<String> prepared(Connection connection, String sql) throws SQLException {
        try (PreparedStatement explain = connection.prepareStatement("explain (costs off) " + sql)) {
            explain.unwrap(PGStatement.class).setPrepareThreshold(1);
            explain.setString(1, "{}");
            List<String> lines = new ArrayList<>();
            try (ResultSet rows = explain.executeQuery()) {
                while (rows.next()) {
                    lines.add(rows.getString(1));
                }
            }
            return lines;
        }
    }
}
