package etl.benchmarks.durable;

import java.sql.SQLException;

/** The table of the hand-written contestants: the start and the end of each task. */
final class TaskTable {
    static final String START =
            "insert into task (pipeline, step, state, attempt, started_at) values (?, ?, 'RUNNING', 1, now())";
    static final String END = "update task set state = 'SUCCEEDED', ended_at = now() where pipeline = ? and step = ?";

    private TaskTable() {}

    static void make(Database database) throws SQLException {
        database.execute(
                "create table if not exists task (pipeline int not null, step int not null, state text not null,"
                        + " attempt int not null, started_at timestamptz, ended_at timestamptz, primary key (pipeline, step))");
    }

    static String unfinished(Workload workload) {
        return "select " + workload.tasks() + " - count(*) from task where state = 'SUCCEEDED'";
    }
}
