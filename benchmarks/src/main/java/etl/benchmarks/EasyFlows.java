package etl.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;
import org.jeasy.flows.work.DefaultWorkReport;
import org.jeasy.flows.work.Work;
import org.jeasy.flows.work.WorkContext;
import org.jeasy.flows.work.WorkReport;
import org.jeasy.flows.work.WorkStatus;
import org.jeasy.flows.workflow.ParallelFlow;
import org.jeasy.flows.workflow.SequentialFlow;

/**
 * Easy Flows knows no dependencies, only sequences and parallel parts: a graph becomes a sequence of its levels, each of
 * which waits for the whole level before. It is made before.
 */
final class EasyFlows implements Contestant {
    @Override
    public Prepared prepare(Graph graph, IntConsumer body) {
        ForkJoinPool executor = Threads.open();
        List<Work> levels = new ArrayList<>();
        for (List<Integer> level : graph.levels()) {
            Work[] works = level.stream().map(task -> work(task, body)).toArray(Work[]::new);
            levels.add(
                    works.length == 1
                            ? works[0]
                            : ParallelFlow.Builder.aNewParallelFlow()
                                    .execute(works)
                                    .with(executor)
                                    .build());
        }
        SequentialFlow flow =
                SequentialFlow.Builder.aNewSequentialFlow().execute(levels).build();
        return Prepared.of(executor, () -> {
            WorkReport report = flow.execute(new WorkContext());
            if (report.getStatus() != WorkStatus.COMPLETED) {
                throw new IllegalStateException(report.toString());
            }
        });
    }

    private static Work work(int task, IntConsumer body) {
        return context -> {
            body.accept(task);
            return new DefaultWorkReport(WorkStatus.COMPLETED, context);
        };
    }
}
