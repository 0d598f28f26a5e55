package etl.examples;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunReport;
import etl.core.Task1;
import etl.core.TaskContext;
import etl.core.TaskRef;
import etl.jdbc.JdbcStateStore;
import etl.metrics.MicrometerListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import javax.sql.DataSource;

/** The code of the documentation that is no program of its own. */
@SuppressWarnings({"UnusedVariable", "ClassCanBeStatic"})
final class Snippets {
    record Order(String id, int cents) {}

    private Snippets() {}

    static void embedded(DataSource dataSource, MeterRegistry meterRegistry, Pipeline pipeline) {
        // snippet
        try (Etl etl = Etl.builder()
                .store(JdbcStateStore.open(dataSource))
                .listener(MicrometerListener.of(meterRegistry))
                .parallelism(8)
                .build()) {
            RunReport run = etl.run(pipeline).orThrow();
        }
        // end
    }

    static RunReport resumed(Etl etl, Pipeline pipeline) {
        // snippet
        RunReport failed = etl.run(pipeline);
        RunReport resumed = etl.resume(failed.id(), pipeline).await();
        // end
        return resumed;
    }

    // snippet
    class CountOrders implements Task1<List<Order>, Long> {
        @Override
        public Long execute(TaskContext context, List<Order> rows) {
            context.rowsRead(rows.size());
            return rows.stream().filter(order -> order.cents() > 0).count();
        }
    }
    // end

    TaskRef<Long> counted(PipelineBuilder orders, TaskRef<List<Order>> extract) {
        // snippet
        TaskRef<Long> count = orders.task("count", Long.class).from(extract).run(new CountOrders());
        // end
        return count;
    }
}
