package etl.jdbc;

import etl.core.spi.ScheduleStore;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredSchedule;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The SQL of {@code pipeline_schedules}. Each change is one statement, so that of two processes one comes first. */
final class SchedulesTable implements ScheduleStore {
    private final Database database;
    private final String table;

    SchedulesTable(Database database) {
        this.database = database;
        this.table = database.table("pipeline_schedules");
    }

    @Override
    public StoredSchedule register(StoredSchedule schedule) {
        String sql = "insert into " + table + " (name, pipeline, timing, registered_at, handled_until, paused)"
                + " values (?, ?, ?, ?, ?, ?) on conflict do nothing";
        change("registering schedule '" + schedule.name() + "'", sql, statement -> {
            statement.setString(1, schedule.name());
            statement.setString(2, schedule.pipeline());
            statement.setString(3, schedule.timing());
            statement.setObject(4, Columns.timestamp(schedule.registeredAt()));
            statement.setObject(5, Columns.timestamp(schedule.handledUntil()));
            statement.setBoolean(6, schedule.paused());
        });
        return find(schedule.name())
                .orElseThrow(() -> new StateStoreException(
                        "schedule '" + schedule.name() + "' was deleted while it was registered", null));
    }

    @Override
    public void redefine(String name, String timing, Instant at) {
        String sql = "update " + table + " set timing = ?, handled_until = case when handled_until < registered_at"
                + " then handled_until else greatest(handled_until, ?) end where name = ? and timing <> ?";
        change("redefining schedule '" + name + "'", sql, statement -> {
            statement.setString(1, timing);
            statement.setObject(2, Columns.timestamp(at));
            statement.setString(3, name);
            statement.setString(4, timing);
        });
    }

    @Override
    public boolean advance(String name, Instant tick) {
        String sql = "update " + table + " set handled_until = ? where name = ? and handled_until < ?";
        return change("advancing schedule '" + name + "'", sql, statement -> {
            statement.setObject(1, Columns.timestamp(tick));
            statement.setString(2, name);
            statement.setObject(3, Columns.timestamp(tick));
        });
    }

    @Override
    public boolean pause(String name, boolean paused) {
        String sql = "update " + table + " set paused = ? where name = ?";
        return change("pausing schedule '" + name + "'", sql, statement -> {
            statement.setBoolean(1, paused);
            statement.setString(2, name);
        });
    }

    @Override
    public Optional<StoredSchedule> find(String name) {
        return select("where name = ?", statement -> statement.setString(1, name)).stream()
                .findFirst();
    }

    @Override
    public List<StoredSchedule> all() {
        return select("order by name collate \"C\"", statement -> {});
    }

    private List<StoredSchedule> select(String condition, Binding binding) {
        String sql =
                "select name, pipeline, timing, registered_at, handled_until, paused from " + table + " " + condition;
        return database.transaction("reading schedules", connection -> {
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                binding.bind(select);
                List<StoredSchedule> schedules = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        schedules.add(new StoredSchedule(
                                row.getString("name"),
                                row.getString("pipeline"),
                                row.getString("timing"),
                                Columns.instant(row, "registered_at").orElseThrow(),
                                Columns.instant(row, "handled_until").orElseThrow(),
                                row.getBoolean("paused")));
                    }
                }
                return schedules;
            }
        });
    }

    private boolean change(String what, String sql, Binding binding) {
        return database.transaction(what, connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                binding.bind(statement);
                return statement.executeUpdate() == 1;
            }
        });
    }

    /** Sets the parameters of a statement. */
    @FunctionalInterface
    private interface Binding {
        void bind(PreparedStatement statement) throws SQLException;
    }
}
