package etl.metrics;

/** The names of the metrics as Micrometer knows them; Prometheus shows them with '_' and its usual suffixes. */
final class MetricNames {
    /** {@code pipeline_runs_total{pipeline,state}}. */
    static final String RUNS = "pipeline.runs";

    /** {@code pipeline_run_duration_seconds{pipeline,state}}. */
    static final String RUN_DURATION = "pipeline.run.duration";

    /** {@code pipeline_runs_active{pipeline}}. */
    static final String RUNS_ACTIVE = "pipeline.runs.active";

    /** {@code pipeline_errors_total{pipeline,error}}. */
    static final String ERRORS = "pipeline.errors";

    /** {@code task_runs_total{pipeline,task,state}}. */
    static final String TASKS = "task.runs";

    /** {@code task_duration_seconds{pipeline,task,state}}. */
    static final String TASK_DURATION = "task.duration";

    /** {@code task_runs_active{pipeline}}. */
    static final String TASKS_ACTIVE = "task.runs.active";

    /** {@code task_retries_total{pipeline,task}}. */
    static final String RETRIES = "task.retries";

    /** {@code task_cache_total{pipeline,task,result}}. */
    static final String CACHE = "task.cache";

    /** {@code rows_total{pipeline,task,kind}}. */
    static final String ROWS = "rows";

    private MetricNames() {}
}
