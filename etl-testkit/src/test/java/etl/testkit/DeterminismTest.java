package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.TaskBuilder;
import etl.core.TriggerRule;
import etl.core.spi.RunListener.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;

/** The same test does the same things in the same order each time. */
@Timeout(60)
class DeterminismTest {
    private static List<String> events(long seed) {
        Random random = new Random(seed);
        PipelineBuilder orders = Pipeline.named("orders").deadline(Duration.ofMinutes(2));
        for (int task = 0; task < 100; task++) {
            TaskBuilder<Integer> declared = orders.task("t" + task, Integer.class)
                    .retry(RetryPolicy.attempts(3)
                            .exponential(Duration.ofMinutes(1), Duration.ofHours(1))
                            .jitter(0.5))
                    .priority(random.nextInt(3))
                    .triggerRule(random.nextInt(3) == 0 ? TriggerRule.ALL_DONE : TriggerRule.ALL_SUCCESS);
            if (random.nextBoolean()) {
                declared.pool("scarce");
            }
            for (int upstream = 0; upstream < Math.min(task, 2); upstream++) {
                declared.after("t" + random.nextInt(task));
            }
            int failures = random.nextInt(5);
            if (random.nextInt(10) == 0) {
                declared.mapOver(IntStream.range(0, 20).boxed().toList()).run((ctx, row) -> row);
            } else {
                declared.run(ctx -> {
                    if (ctx.attempt() <= failures) {
                        throw new IOException("attempt " + ctx.attempt());
                    }
                    return 1;
                });
            }
        }
        TestRun run = PipelineTest.of(orders.build())
                .orchestrator(etl -> etl.parallelism(3).pool("scarce", 2, 5, Duration.ofMinutes(1)))
                .run();
        return run.events().stream().map(event -> text(event, run)).toList();
    }

    private static String text(Event event, TestRun run) {
        return event.toString().replace(run.id().toString(), "run").replaceAll("(?s)stack=.*", "");
    }

    @RepeatedTest(20)
    void two_executions_have_the_same_events(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();

        assertThat(events(seed)).hasSizeGreaterThan(100).isEqualTo(events(seed));
    }
}
