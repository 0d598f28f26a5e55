package etl.benchmarks.durable;

/** Everything that is compared. */
public enum DurableContestants {
    ETL("this library"),
    HAND_WRITTEN_CHAIN("by hand: one commit a task"),
    GROUP_COMMIT_64("by hand: group commit, 64 tasks in flight"),
    GROUP_COMMIT_1000("by hand: group commit, 1,000 tasks in flight"),
    DBOS("DBOS Transact 1.1.0-m6"),
    DB_SCHEDULER("db-scheduler 16.12.0"),
    JOB_RUNR("JobRunr 8.7.0"),
    QUARTZ("Quartz 2.5.2"),
    SPRING_BATCH("Spring Batch 6.0.6");

    private final String title;

    DurableContestants(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    DurableContestant contestant() {
        return switch (this) {
            case ETL -> new EtlRuns();
            case HAND_WRITTEN_CHAIN -> new HandWrittenChain();
            case GROUP_COMMIT_64 -> new HandWrittenGroupCommit(64);
            case GROUP_COMMIT_1000 -> new HandWrittenGroupCommit(1_000);
            case DBOS -> new DbosWorkflows();
            case DB_SCHEDULER -> new DbSchedulerTasks();
            case JOB_RUNR -> new JobRunrJobs();
            case QUARTZ -> new QuartzJobs();
            case SPRING_BATCH -> new SpringBatchSteps();
        };
    }
}
