import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.GenericType;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunReport;
import etl.core.TaskRef;
import java.time.LocalDate;
import java.util.List;

/** The program of the README. */
public class Orders {
    record Order(String id, int cents) {}

    static List<Order> load(LocalDate day) {
        return List.of(new Order(day + "/1", 1999), new Order(day + "/2", 501));
    }

    public static void main(String[] args) {
        // snippet
        PipelineBuilder orders = Pipeline.named("orders");
        Parameter<LocalDate> day = orders.parameter("day", LocalDate.class).required();

        TaskRef<List<Order>> extract = orders.task("extract", new GenericType<List<Order>>() {})
                .retry(RetryPolicy.attempts(3).exponential(ofSeconds(1), ofMinutes(1)).jitter(0.2))
                .timeout(ofMinutes(5))
                .run(ctx -> load(ctx.get(day)));
        TaskRef<Integer> total = orders.task("total", Integer.class)
                .from(extract)
                .run((ctx, rows) -> rows.stream().mapToInt(Order::cents).sum());

        try (Etl etl = Etl.inMemory()) {
            RunReport run = etl.run(orders.build(), Arguments.of(day, LocalDate.of(2001, 1, 1)));
            System.out.println(run.output(total));
        }
        // end
    }
}
