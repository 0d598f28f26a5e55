package etl.benchmarks.durable;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/**
 * db-scheduler, which locks and fetches many executions at once. It has no dependencies: a task of a chain is replaced by
 * the next one when it completes, which is one of its completion handlers. What has ended is deleted.
 */
final class DbSchedulerTasks implements DurableContestant {
    private static final int THREADS = 20;
    private static final double LOWER_LIMIT = 4;
    private static final double UPPER_LIMIT = 20;
    private static final Duration POLLING = Duration.ofMillis(200);
    private static final String TABLE = """
            create table scheduled_tasks (
              task_name text not null,
              task_instance text not null,
              task_data bytea,
              execution_time timestamp with time zone not null,
              picked boolean not null,
              picked_by text,
              last_success timestamp with time zone,
              last_failure timestamp with time zone,
              consecutive_failures int,
              last_heartbeat timestamp with time zone,
              version bigint not null,
              priority smallint,
              primary key (task_name, task_instance)
            );
            create index execution_time_idx on scheduled_tasks (execution_time);
            create index last_heartbeat_idx on scheduled_tasks (last_heartbeat);
            create index priority_execution_time_idx on scheduled_tasks (priority desc, execution_time asc);
            """;

    @Override
    public Opened open(Database database, Workload workload, Executions executions) throws SQLException {
        database.executeUnlessExists("scheduled_tasks", TABLE);
        CustomTask<Void> task = task(workload, executions);
        HikariDataSource pool = database.pool(THREADS + 2);
        Scheduler scheduler = Scheduler.create(pool, task)
                .threads(THREADS)
                .pollUsingLockAndFetch(LOWER_LIMIT, UPPER_LIMIT)
                .pollingInterval(POLLING)
                .enableImmediateExecution()
                .build();
        return new Opened() {
            @Override
            public void run() throws Exception {
                List<TaskInstance<?>> first = IntStream.range(0, workload.tasks())
                        .filter(workload::isFirst)
                        .<TaskInstance<?>>mapToObj(number -> task.instance(String.valueOf(number)))
                        .toList();
                scheduler.scheduleBatch(first, Instant.now());
                scheduler.start();
                executions.await();
                database.awaitZero(unfinished(workload));
            }

            @Override
            public void close() {
                scheduler.stop();
                pool.close();
            }
        };
    }

    private static CustomTask<Void> task(Workload workload, Executions executions) {
        return Tasks.custom("task", Void.class).execute((instance, context) -> {
            int number = Integer.parseInt(instance.getId());
            executions.execute(number);
            return workload.hasNext(number)
                    ? new CompletionHandler.OnCompleteReplace<Void, Void>(done -> SchedulableInstance.of(
                            new TaskInstance<>(done.getTaskName(), String.valueOf(number + 1)), Instant.now()))
                    : new CompletionHandler.OnCompleteRemove<>();
        });
    }

    @Override
    public String unfinished(Workload workload) {
        return "select count(*) from scheduled_tasks";
    }
}
