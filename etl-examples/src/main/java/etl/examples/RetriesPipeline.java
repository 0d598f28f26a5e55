package etl.examples;

import etl.core.GenericType;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.Secret;
import etl.core.TaskRef;
import etl.core.TaskSkippedException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;

/** Shows retries: one task fails twice and then succeeds, another one as often as the caller wants, or skips itself. */
final class RetriesPipeline {
    private record Window(LocalDate from, LocalDate to, double share) {
        Window {
            if (to.isBefore(from)) {
                throw new IllegalArgumentException("'to' must not be before 'from'");
            }
        }
    }

    private final Pipeline pipeline;

    RetriesPipeline() {
        PipelineBuilder builder = Pipeline.named("retries")
                .describedAs("Shows how failed attempts are retried")
                .parallelism(2);
        Parameter<Integer> failures = builder.parameter("failures", Integer.class)
                .describedAs(
                        "how many attempts of the task 'unsteady' fail; it has three, and skips itself if none is to fail")
                .atLeast(0)
                .optional(1);
        Parameter<String> note = builder.parameter("note", String.class)
                .describedAs("a text that the task 'echo' returns")
                .optional("it's \"quoted\"\n{{ no template }} \uD83D\uDE00");
        Parameter<List<String>> labels = builder.parameter("labels", new GenericType<List<String>>() {})
                .describedAs("texts that the task 'echo' returns as well")
                .optional(List.of("a", "b c"));
        Parameter<Window> window = builder.parameter("window", Window.class)
                .describedAs("days that the task 'echo' returns as well")
                .optional(new Window(LocalDate.EPOCH, LocalDate.EPOCH, 0.25));
        Parameter<Secret> token = builder.parameter("token", Secret.class)
                .describedAs("a secret that the task 'echo' looks up and does not return")
                .optional(Secret.env("PATH"));
        TaskRef<Integer> flaky = builder.task("flaky", Integer.class)
                .describedAs("fails twice, then succeeds")
                .retry(RetryPolicy.attempts(3).fixed(Duration.ofMillis(200)))
                .timeout(Duration.ofMinutes(1))
                .run(ctx -> failing(2, ctx.attempt()));
        TaskRef<Integer> unsteady = builder.task("unsteady", Integer.class)
                .describedAs("fails as often as the parameter says, or skips itself")
                .retry(RetryPolicy.attempts(3)
                        .exponential(Duration.ofMillis(100), Duration.ofMillis(150))
                        .jitter(0.5))
                .run(ctx -> {
                    if (ctx.get(failures) == 0) {
                        throw new TaskSkippedException("no attempt is to fail");
                    }
                    return failing(ctx.get(failures), ctx.attempt());
                });
        TaskRef<String> echo = builder.task("echo", String.class)
                .run(ctx -> ctx.get(note)
                        + ctx.get(labels)
                        + ctx.get(window)
                        + (ctx.get(token).reveal().isEmpty() ? "" : ctx.get(token)));
        builder.task("sum", String.class)
                .from(flaky, unsteady, echo)
                .run((ctx, first, second, text) -> (first + second) + " attempts, " + text);
        pipeline = builder.build();
    }

    private static int failing(int failures, int attempt) {
        if (attempt <= failures) {
            throw new IllegalStateException("attempt " + attempt + " of " + failures + " that fail");
        }
        return attempt;
    }

    Pipeline pipeline() {
        return pipeline;
    }
}
