package etl.examples.flights;

import etl.core.RunId;
import etl.examples.flights.FlightReport.Line;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Reads the report's lines from the result tables. */
record ReportQueries(DataSource dataSource) {
    private static final String ORDER = " where run_id = ? order by departures desc, strikes desc, 1 limit ?";

    List<Line> airports(RunId run, int top) throws SQLException {
        return lines(
                "select iata, name || ', ' || state, departures, late, mean_delay, strikes"
                        + " from flights.airport_summary" + ORDER,
                run,
                top);
    }

    List<Line> states(RunId run, int top) throws SQLException {
        return lines(
                "select state, airports || case when airports = 1 then ' airport' else ' airports' end, departures, late,"
                        + " mean_delay, strikes from flights.state_summary" + ORDER,
                run,
                top);
    }

    private List<Line> lines(String sql, RunId run, int top) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(sql)) {
            select.setObject(1, run.value());
            select.setInt(2, top);
            List<Line> lines = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    lines.add(new Line(
                            rows.getString(1),
                            rows.getString(2),
                            rows.getLong(3),
                            rows.getLong(4),
                            rows.getBigDecimal(5),
                            rows.getLong(6)));
                }
            }
            return lines;
        }
    }
}
