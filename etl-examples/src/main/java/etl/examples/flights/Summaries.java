package etl.examples.flights;

import etl.core.RunId;
import etl.core.TaskContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** The result tables, in a schema of the example's own: delays and strikes of each run, per airport and per state. */
final class Summaries {
    private static final String TABLES = """
            create schema if not exists flights;
            create table if not exists flights.airport_summary (
                run_id uuid not null,
                iata text not null,
                name text not null,
                state text not null,
                departures bigint not null,
                late bigint not null,
                mean_delay numeric(8, 2),
                strikes bigint not null,
                primary key (run_id, iata));
            create table if not exists flights.state_summary (
                run_id uuid not null,
                state text not null,
                airports bigint not null,
                departures bigint not null,
                late bigint not null,
                mean_delay numeric(8, 2),
                strikes bigint not null,
                damaging bigint not null,
                primary key (run_id, state));
            """;

    /** A flight is late if it departs more than 15 minutes after schedule, as 14 CFR 234 counts it. */
    private static final String PER_AIRPORT = """
            with d as materialized (
                select content->>'origin' as iata, count(*) as departures,
                       count(*) filter (where (content->>'delay')::int > 15) as late,
                       avg((content->>'delay')::int) as mean_delay
                from etl.transformed_data where run_id = ? and source = 'flights' and status = 'VALID' group by 1),
            s as materialized (
                select content->>'airport' as iata, count(*) as strikes
                from etl.transformed_data where run_id = ? and source = 'strikes' and status = 'VALID' group by 1),
            a as materialized (
                select content->>'iata' as iata, content->>'name' as name, content->>'state' as state
                from etl.transformed_data where run_id = ? and source = 'airports' and status = 'VALID')
            insert into flights.airport_summary (run_id, iata, name, state, departures, late, mean_delay, strikes)
            select ?, iata, name, state, coalesce(departures, 0), coalesce(late, 0), mean_delay, coalesce(strikes, 0)
            from a left join d using (iata) left join s using (iata)
            where d.iata is not null or s.iata is not null
            """;

    private static final String PER_STATE = """
            with d as materialized (
                select content->>'state' as state, count(distinct content->>'origin') as airports, count(*) as departures,
                       count(*) filter (where (content->>'delay')::int > 15) as late,
                       avg((content->>'delay')::int) as mean_delay
                from etl.transformed_data where run_id = ? and source = 'flights' and status = 'VALID' group by 1),
            s as materialized (
                select content->>'state' as state, count(*) as strikes,
                       count(*) filter (where content->>'damage' <> 'None') as damaging
                from etl.transformed_data where run_id = ? and source = 'strikes' and status = 'VALID' group by 1)
            insert into flights.state_summary
                (run_id, state, airports, departures, late, mean_delay, strikes, damaging)
            select ?, state, coalesce(airports, 0), coalesce(departures, 0), coalesce(late, 0), mean_delay,
                   coalesce(strikes, 0), coalesce(damaging, 0)
            from d full join s using (state)
            """;

    private final DataSource dataSource;

    Summaries(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    void createTables() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(TABLES);
        }
    }

    long perAirport(TaskContext ctx) throws SQLException {
        return replace(ctx, "flights.airport_summary", PER_AIRPORT, 4);
    }

    long perState(TaskContext ctx) throws SQLException {
        return replace(ctx, "flights.state_summary", PER_STATE, 3);
    }

    private long replace(TaskContext ctx, String table, String sql, int parameters) throws SQLException {
        RunId run = ctx.runId();
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement delete = connection.prepareStatement("delete from " + table + " where run_id = ?");
                    PreparedStatement insert = connection.prepareStatement(sql)) {
                delete.setObject(1, run.value());
                delete.executeUpdate();
                for (int i = 1; i <= parameters; i++) {
                    insert.setObject(i, run.value());
                }
                long rows = insert.executeUpdate();
                connection.commit();
                ctx.rowsWritten(rows);
                return rows;
            } catch (SQLException | RuntimeException failure) {
                connection.rollback();
                throw failure;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }
}
