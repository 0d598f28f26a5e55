package etl.examples;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import javax.sql.DataSource;

/** What the newest run of a pipeline by an engine has left in the tables, without what differs from run to run. */
final class Rows {
    static final List<String> COMPARED = List.of(
            "select pipeline, fingerprint, arguments, state, tasks, error_type, error_message from etl.pipeline_runs"
                    + " where run_id = ?",
            "select task_id, map_index, state, attempt, rows_read, rows_written, rows_rejected, output, error_type,"
                    + " error_message, (select string_agg(a->>'attempt' || (a->>'state') || (a->>'errorMessage'), ','"
                    + " order by a->>'attempt') from jsonb_array_elements(attempts) a)"
                    + " from etl.pipeline_tasks where run_id = ? order by task_id collate \"C\"",
            "select source, position, content, content_hash from etl.raw_data where run_id = ? order by 1, 2",
            "select r.source, r.position, t.source, t.content, t.status, t.errors from etl.transformed_data t"
                    + " join etl.raw_data r using (raw_id) where t.run_id = ? order by 1, 2",
            "select iata, name, state, departures, late, mean_delay, strikes from flights.airport_summary"
                    + " where run_id = ? order by 1",
            "select state, airports, departures, late, mean_delay, strikes, damaging from flights.state_summary"
                    + " where run_id = ? order by 1");

    private Rows() {}

    static List<String> of(DataSource dataSource, String pipeline, String engine, String query) throws SQLException {
        String newest = "(select run_id from etl.pipeline_runs where pipeline = '" + pipeline + "' and engine = '"
                + engine + "' order by created_at desc limit 1)";
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query.replace("?", newest))) {
            List<String> lines = new ArrayList<>();
            while (rows.next()) {
                StringJoiner line = new StringJoiner("|");
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    line.add(String.valueOf(rows.getString(i)));
                }
                lines.add(line.toString());
            }
            return lines;
        }
    }
}
