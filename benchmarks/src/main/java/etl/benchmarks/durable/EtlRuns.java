package etl.benchmarks.durable;

import etl.core.ActionBuilder;
import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunRequest;
import etl.core.TaskRef;
import etl.jdbc.JdbcStateStore;
import java.util.List;
import java.util.stream.IntStream;

/** This library, with all defaults: a store opened by its URL, an orchestrator on it, a run for each pipeline, all submitted at once. */
final class EtlRuns implements DurableContestant {
    @Override
    public Opened open(Database database, Workload workload, Executions executions) {
        List<RunRequest> requests = IntStream.range(0, workload.pipelines())
                .mapToObj(number -> new RunRequest(declare(workload, number, executions), Arguments.none()))
                .toList();
        Etl etl = Etl.builder().store(JdbcStateStore.open(database.url())).build();
        return new Opened() {
            @Override
            public void run() {
                List<RunHandle> runs = etl.submitAll(requests);
                runs.forEach(run -> run.await().orThrow());
            }

            @Override
            public void close() {
                etl.close();
            }
        };
    }

    private static Pipeline declare(Workload workload, int number, Executions executions) {
        PipelineBuilder pipeline = Pipeline.named("pipeline-" + number);
        TaskRef<?> previous = null;
        for (int step = 0; step < workload.length(); step++) {
            int task = workload.task(number, step);
            ActionBuilder declared = pipeline.task("t" + step);
            if (previous != null && workload.chained()) {
                declared.after(previous);
            }
            previous = declared.run(context -> executions.execute(task));
        }
        return pipeline.build();
    }

    @Override
    public String unfinished(Workload workload) {
        return "select " + workload.tasks() + " - count(*) from etl.pipeline_tasks where state = 'SUCCEEDED'";
    }
}
