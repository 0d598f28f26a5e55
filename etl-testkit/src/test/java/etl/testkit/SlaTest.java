package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.spi.RunListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SlaTest {
    private final ManualTime time = new ManualTime();
    private final List<String> missed = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch release = new CountDownLatch(1);
    private final PipelineBuilder pipeline = Pipeline.named("orders");

    private Etl open() {
        return Etl.builder()
                .time(time)
                .listener(new RunListener() {
                    @Override
                    public void onSlaMissed(SlaMissed event) {
                        missed.add("listener: " + event.taskId().orElse("run") + " after " + event.sla());
                    }

                    @Override
                    public void onRunEnded(RunEnded event) {
                        missed.add("end");
                    }
                })
                .build();
    }

    @Test
    void a_miss_is_told_and_fails_nothing() throws InterruptedException {
        pipeline.sla(Duration.ofMinutes(20));
        CountDownLatch running = new CountDownLatch(1);
        pipeline.task("slow").sla(Duration.ofMinutes(10)).run(ctx -> {
            running.countDown();
            release.await();
        });
        RunReport report;
        try (Etl etl = open()) {
            RunHandle run = etl.submit(pipeline.build(), Arguments.none());
            running.await();
            time.advance(Duration.ofMinutes(9));
            time.advance(Duration.ofMinutes(30));
            release.countDown();
            report = run.await();
        }

        assertThat(report.state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(missed).containsExactly("listener: slow after PT10M", "listener: run after PT20M", "end");
    }

    @Test
    void what_ends_in_time_misses_nothing() throws InterruptedException {
        pipeline.sla(Duration.ofMinutes(20)).onSlaMiss(event -> missed.add("pipeline"));
        CountDownLatch running = new CountDownLatch(1);
        var quick = pipeline.task("quick", Integer.class)
                .sla(Duration.ofMinutes(10))
                .run(ctx -> 1);
        pipeline.task("last").after(quick).run(ctx -> {
            running.countDown();
            release.await();
        });
        try (Etl etl = open()) {
            RunHandle run = etl.submit(pipeline.build(), Arguments.none());
            running.await();
            time.advance(Duration.ofMinutes(15));
            release.countDown();
            run.await();
            time.advance(Duration.ofDays(1));
        }

        assertThat(missed).containsExactly("end");
    }

    @Test
    void callbacks_of_the_task_and_of_the_pipeline_are_called() throws InterruptedException {
        CountDownLatch told = new CountDownLatch(2);
        pipeline.onSlaMiss(event -> {
            missed.add("pipeline: " + event.taskId().orElseThrow() + " at " + event.at());
            told.countDown();
        });
        CountDownLatch running = new CountDownLatch(1);
        pipeline.task("slow")
                .sla(Duration.ofMinutes(10))
                .onSlaMiss(event -> {
                    missed.add("task: " + event.taskId().orElseThrow());
                    told.countDown();
                })
                .run(ctx -> {
                    running.countDown();
                    release.await();
                });
        try (Etl etl = Etl.builder().time(time).build()) {
            RunHandle run = etl.submit(pipeline.build(), Arguments.none());
            running.await();
            time.advance(Duration.ofMinutes(10));
            told.await();
            release.countDown();
            run.await();
        }

        assertThat(missed).containsExactly("task: slow", "pipeline: slow at 2001-01-01T00:10:00Z");
    }

    @Test
    void the_time_of_an_included_pipeline_begins_with_its_start() throws InterruptedException {
        PipelineBuilder part = Pipeline.named("part");
        CountDownLatch partRunning = new CountDownLatch(1);
        part.task("slow").sla(Duration.ofMinutes(10)).run(ctx -> {
            partRunning.countDown();
            release.await();
        });
        CountDownLatch running = new CountDownLatch(2);
        CountDownLatch go = new CountDownLatch(1);
        var first = pipeline.task("first").run(ctx -> {
            running.countDown();
            go.await();
        });
        var failing = pipeline.task("failing").run(ctx -> {
            running.countDown();
            go.await();
            throw new IllegalStateException("as planned");
        });
        pipeline.include("part", part.build()).after(first);
        pipeline.include("never", part.build()).after(failing, first);
        try (Etl etl = open()) {
            RunHandle run = etl.submit(pipeline.build(), Arguments.none());
            running.await();
            time.advance(Duration.ofMinutes(30));
            go.countDown();
            partRunning.await();
            time.advance(Duration.ofMinutes(9));
            assertThat(missed).isEmpty();
            time.advance(Duration.ofMinutes(1));
            release.countDown();
            run.await();
        }

        assertThat(missed).containsExactly("listener: part--slow after PT10M", "end");
    }
}
