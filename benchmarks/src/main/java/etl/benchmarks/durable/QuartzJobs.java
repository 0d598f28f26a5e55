package etl.benchmarks.durable;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;
import org.quartz.impl.jdbcjobstore.JobStoreTX;
import org.quartz.impl.jdbcjobstore.PostgreSQLDelegate;
import org.quartz.simpl.SimpleThreadPool;
import org.quartz.utils.ConnectionProvider;
import org.quartz.utils.DBConnectionManager;

/**
 * Quartz with its JDBC store: one job, a trigger for each task, {@value #BATCH} triggers acquired at once. It has no
 * dependencies: a task of a chain schedules the next one before its own end is stored, so after a crash both may be executed
 * again. Triggers that have fired are deleted; the job is durable, because otherwise each end would count what is left of
 * them.
 */
final class QuartzJobs implements DurableContestant {
    private static final int BATCH = 10;
    private static final int THREADS = 10;
    /** Longer than any measurement, so that tasks which wait for their turn are not rescheduled. */
    private static final Duration MISFIRE = Duration.ofMinutes(30);

    private static final String JOB = "job";
    private static final String TABLES = "/org/quartz/impl/jdbcjobstore/tables_postgres.sql";

    @Override
    public Opened open(Database database, Workload workload, Executions executions)
            throws SQLException, SchedulerException, IOException {
        database.executeUnlessExists("qrtz_triggers", script());
        DBConnectionManager.getInstance()
                .addConnectionProvider(database.name(), new Connections(database.pool(THREADS + 3)));
        Scheduler scheduler = new StdSchedulerFactory(properties(database.name())).getScheduler();
        scheduler.setJobFactory((fired, quartz) -> new Chained(workload, executions));
        return new Opened() {
            @Override
            public void run() throws Exception {
                JobDetail job = JobBuilder.newJob(Chained.class)
                        .withIdentity(JOB)
                        .storeDurably()
                        .build();
                Set<Trigger> first = IntStream.range(0, workload.tasks())
                        .filter(workload::isFirst)
                        .mapToObj(QuartzJobs::trigger)
                        .collect(Collectors.toSet());
                scheduler.scheduleJobs(Map.of(job, first), false);
                scheduler.start();
                executions.await();
                database.awaitZero(unfinished(workload));
            }

            @Override
            public void close() throws SQLException {
                try {
                    scheduler.shutdown(true);
                } catch (SchedulerException failure) {
                    throw new SQLException(failure);
                }
            }
        };
    }

    private static String script() throws IOException {
        try (InputStream script = Objects.requireNonNull(QuartzJobs.class.getResourceAsStream(TABLES), TABLES)) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Properties properties(String dataSource) {
        Properties properties = new Properties();
        properties.setProperty(StdSchedulerFactory.PROP_SCHED_INSTANCE_NAME, dataSource);
        properties.setProperty(StdSchedulerFactory.PROP_SCHED_MAX_BATCH_SIZE, String.valueOf(BATCH));
        properties.setProperty(StdSchedulerFactory.PROP_THREAD_POOL_CLASS, SimpleThreadPool.class.getName());
        properties.setProperty("org.quartz.threadPool.threadCount", String.valueOf(THREADS));
        properties.setProperty(StdSchedulerFactory.PROP_JOB_STORE_CLASS, JobStoreTX.class.getName());
        properties.setProperty("org.quartz.jobStore.driverDelegateClass", PostgreSQLDelegate.class.getName());
        properties.setProperty("org.quartz.jobStore.dataSource", dataSource);
        properties.setProperty("org.quartz.jobStore.acquireTriggersWithinLock", "true");
        properties.setProperty("org.quartz.jobStore.misfireThreshold", String.valueOf(MISFIRE.toMillis()));
        return properties;
    }

    /** In a group of its own, since on tables without statistics PostgreSQL may look for a trigger by its group alone. */
    private static Trigger trigger(int task) {
        String name = String.valueOf(task);
        return TriggerBuilder.newTrigger()
                .forJob(JOB)
                .withIdentity(name, name)
                .startNow()
                .build();
    }

    /** What Quartz calls. */
    private record Chained(Workload workload, Executions executions) implements Job {
        @Override
        public void execute(JobExecutionContext context) throws JobExecutionException {
            int task = Integer.parseInt(context.getTrigger().getKey().getName());
            executions.execute(task);
            if (workload.hasNext(task)) {
                try {
                    context.getScheduler().scheduleJob(trigger(task + 1));
                } catch (SchedulerException failure) {
                    throw new JobExecutionException(failure);
                }
            }
        }
    }

    private record Connections(HikariDataSource pool) implements ConnectionProvider {
        @Override
        public Connection getConnection() throws SQLException {
            return pool.getConnection();
        }

        @Override
        public void initialize() {}

        @Override
        public void shutdown() {
            pool.close();
        }
    }

    @Override
    public String unfinished(Workload workload) {
        return "select (select count(*) from qrtz_triggers) + (select count(*) from qrtz_fired_triggers)";
    }
}
