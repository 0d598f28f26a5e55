package etl.benchmarks.durable;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.stream.IntStream;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.scheduling.JobScheduler;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.sql.common.SqlStorageProviderFactory;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;

/**
 * JobRunr without a licence: jobs that are enqueued together, then a server with {@value #WORKERS} workers. That one job
 * follows another cannot be told without a licence.
 */
final class JobRunrJobs implements DurableContestant {
    private static final int WORKERS = 64;
    /** The shortest that JobRunr accepts for a database. */
    private static final Duration POLLING = Duration.ofSeconds(5);

    /** What JobRunr calls. */
    public static final class Job {
        private final Executions executions;

        Job(Executions executions) {
            this.executions = executions;
        }

        /** Public, since JobRunr calls it by reflection. */
        public void execute(Integer task) {
            executions.execute(task);
        }
    }

    /** Hands out the one job that there is. */
    private record Activator(Job job) implements JobActivator {
        @Override
        public <T> T activateJob(Class<T> type) {
            return type.cast(job);
        }
    }

    @Override
    public boolean expresses(Workload workload) {
        return !workload.chained();
    }

    @Override
    public Opened open(Database database, Workload workload, Executions executions) {
        HikariDataSource pool = database.pool(WORKERS / 4);
        JsonMapper json = new Jackson3JsonMapper();
        StorageProvider storage = SqlStorageProviderFactory.using(pool);
        storage.setJobMapper(new JobMapper(json));
        BackgroundJobServer server = new BackgroundJobServer(
                storage,
                json,
                new Activator(new Job(executions)),
                BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                        .andWorkerCount(WORKERS)
                        .andPollInterval(POLLING));
        JobScheduler scheduler = new JobScheduler(storage);
        return new Opened() {
            @Override
            public void run() throws Exception {
                scheduler.<Job, Integer>enqueue(
                        IntStream.range(0, workload.tasks()).boxed(), (job, task) -> job.execute(task));
                server.start();
                executions.await();
                database.awaitZero(unfinished(workload));
            }

            @Override
            public void close() {
                server.stop();
                scheduler.shutdown();
                storage.close();
                pool.close();
            }
        };
    }

    @Override
    public String unfinished(Workload workload) {
        return "select " + workload.tasks() + " - count(*) from jobrunr_jobs where state = 'SUCCEEDED'";
    }
}
