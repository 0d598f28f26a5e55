package etl.benchmarks.durable;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.springframework.batch.core.configuration.support.MapJobRegistry;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.builder.SimpleJobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.launch.support.TaskExecutorJobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * Spring Batch with its JDBC repository: a job for each pipeline, a step for each task, {@value #AT_ONCE} jobs at once;
 * independent tasks are spread over as many. Executions are created in READ_COMMITTED, since many of those that are created
 * at once in SERIALIZABLE, the default, fail.
 */
final class SpringBatchSteps implements DurableContestant {
    private static final int AT_ONCE = 16;
    private static final int CONNECTIONS = 2 * AT_ONCE;

    @Override
    public Opened open(Database database, Workload workload, Executions executions) throws Exception {
        database.executeUnlessExists("batch_job_instance", script());
        HikariDataSource pool = database.pool(CONNECTIONS);
        JdbcTransactionManager transactions = new JdbcTransactionManager(pool);
        JdbcJobRepositoryFactoryBean factory = new JdbcJobRepositoryFactoryBean();
        factory.setDataSource(pool);
        factory.setTransactionManager(transactions);
        factory.setIsolationLevelForCreate("ISOLATION_READ_COMMITTED");
        factory.afterPropertiesSet();
        JobRepository repository = factory.getObject();
        TaskExecutorJobOperator operator = new TaskExecutorJobOperator();
        operator.setJobRepository(repository);
        operator.setJobRegistry(new MapJobRegistry());
        operator.afterPropertiesSet();
        List<Job> jobs = jobs(workload.inSequences(AT_ONCE), executions, repository, transactions);
        ExecutorService launchers = Executors.newFixedThreadPool(AT_ONCE);
        return new Opened() {
            @Override
            public void run() throws Exception {
                List<Future<JobExecution>> launched = new ArrayList<>();
                for (Job job : jobs) {
                    launched.add(launchers.submit(() -> operator.start(job, new JobParameters())));
                }
                for (Future<JobExecution> job : launched) {
                    JobExecution execution = job.get();
                    if (execution.getStatus().isUnsuccessful()) {
                        throw new IllegalStateException(execution.toString());
                    }
                }
            }

            @Override
            public void close() {
                launchers.shutdown();
                pool.close();
            }
        };
    }

    private static String script() throws IOException {
        return new ClassPathResource("org/springframework/batch/core/schema-postgresql.sql")
                .getContentAsString(StandardCharsets.UTF_8);
    }

    private static List<Job> jobs(
            Workload sequences, Executions executions, JobRepository repository, JdbcTransactionManager transactions) {
        List<Job> jobs = new ArrayList<>();
        for (int number = 0; number < sequences.pipelines(); number++) {
            SimpleJobBuilder job = new JobBuilder("job-" + number, repository)
                    .start(step(sequences.task(number, 0), executions, repository, transactions));
            for (int i = 1; i < sequences.length(); i++) {
                job.next(step(sequences.task(number, i), executions, repository, transactions));
            }
            jobs.add(job.build());
        }
        return jobs;
    }

    private static Step step(
            int task, Executions executions, JobRepository repository, JdbcTransactionManager transactions) {
        return new StepBuilder("step-" + task, repository)
                .tasklet(
                        (contribution, context) -> {
                            executions.execute(task);
                            return RepeatStatus.FINISHED;
                        },
                        transactions)
                .build();
    }

    @Override
    public String unfinished(Workload workload) {
        return "select " + workload.tasks() + " - count(*) from batch_step_execution join batch_job_execution"
                + " using (job_execution_id) where batch_step_execution.status = 'COMPLETED'"
                + " and batch_job_execution.status = 'COMPLETED'";
    }
}
