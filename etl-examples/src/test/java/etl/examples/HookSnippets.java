package etl.examples;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.TaskRef;
import etl.notify.EmailNotifier;
import etl.notify.Occasion;
import etl.notify.WebhookNotifier;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The code of the page about hooks. */
@SuppressWarnings("UnusedVariable")
final class HookSnippets {
    private static final Logger LOG = LoggerFactory.getLogger(HookSnippets.class);

    private HookSnippets() {}

    static PipelineBuilder callbacks() {
        // snippet
        PipelineBuilder orders = Pipeline.named("orders")
                .sla(Duration.ofHours(1))
                .onFailure(run -> LOG.error("run {} failed: {}", run.run().id(), run.error()))
                .onSlaMiss(miss -> LOG.warn("{} is late", miss.taskId().orElse("the run")));
        TaskRef<Long> load = orders.task("load", Long.class)
                .retry(RetryPolicy.attempts(3))
                .sla(Duration.ofMinutes(20))
                .onRetry(retry -> LOG.info("attempt {} failed: {}", retry.attempt(), retry.error()))
                .onSuccess(end -> LOG.info("loaded {} rows", end.rows().written()))
                .run(ctx -> 1L);
        // end
        return orders;
    }

    static Etl notified() {
        // snippet
        Etl etl = Etl.builder()
                .listener(WebhookNotifier.to(System.getenv("SLACK_WEBHOOK_URL")).build())
                .listener(EmailNotifier.smtp("smtp.example.org", 587)
                        .login("etl", System.getenv("SMTP_PASSWORD"))
                        .from("etl@example.org")
                        .to("on-call@example.org")
                        .on(Occasion.RUN_FAILED, Occasion.TASK_FAILED)
                        .build())
                .build();
        // end
        return etl;
    }
}
