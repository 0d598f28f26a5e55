package etl.benchmarks.durable;

import dev.dbos.transact.DBOS;
import dev.dbos.transact.config.DBOSConfig;
import dev.dbos.transact.workflow.Workflow;
import dev.dbos.transact.workflow.WorkflowHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * DBOS Transact: a workflow for each pipeline, a step for each task. Steps of one workflow follow one another, so independent
 * tasks are spread over {@value #AT_ONCE} workflows. It stores the end of a step only, not its start.
 */
final class DbosWorkflows implements DurableContestant {
    private static final int AT_ONCE = 16;

    /** Public, since DBOS makes a proxy of it. */
    public interface Steps {
        void execute(int sequence);
    }

    /** What DBOS calls. */
    public static final class StepsInWorkflow implements Steps {
        private final DBOS dbos;
        private final Workload sequences;
        private final Executions executions;

        StepsInWorkflow(DBOS dbos, Workload sequences, Executions executions) {
            this.dbos = dbos;
            this.sequences = sequences;
            this.executions = executions;
        }

        @Override
        @Workflow(name = "steps")
        public void execute(int sequence) {
            for (int step = 0; step < sequences.length(); step++) {
                int task = sequences.task(sequence, step);
                dbos.runStep(() -> executions.execute(task), "step");
            }
        }
    }

    @Override
    public Opened open(Database database, Workload workload, Executions executions) {
        Workload sequences = workload.inSequences(AT_ONCE);
        DBOS dbos = new DBOS(DBOSConfig.defaults("benchmark")
                .withDatabaseUrl(database.jdbcUrl())
                .withDbUser(database.server().user())
                .withDbPassword(database.server().password()));
        Steps steps = dbos.registerProxy(Steps.class, new StepsInWorkflow(dbos, sequences, executions));
        dbos.launch();
        return new Opened() {
            @Override
            public void run() {
                List<WorkflowHandle<Void, RuntimeException>> workflows = new ArrayList<>();
                for (int i = 0; i < sequences.pipelines(); i++) {
                    int sequence = i;
                    workflows.add(dbos.startWorkflow(() -> steps.execute(sequence)));
                }
                workflows.forEach(WorkflowHandle::getResult);
            }

            @Override
            public void close() {
                dbos.shutdown();
            }
        };
    }

    @Override
    public String unfinished(Workload workload) {
        return "select " + workload.tasks() + " - count(*) from dbos.operation_outputs join dbos.workflow_status"
                + " using (workflow_uuid) where status = 'SUCCESS' and operation_outputs.error is null";
    }
}
