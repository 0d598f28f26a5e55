package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Arguments;
import etl.core.Cache;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunHandle;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.RunStoppedException;
import etl.core.TaskRef;
import etl.core.TaskReport;
import etl.core.TaskState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What ends the wait for an output, other than the output. */
class CacheWaitEndTest extends CacheWaits {
    @Test
    void a_cancel_of_one_that_waits_is_prompt() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = slow(builder);
        Pipeline pipeline = builder.build();
        Etl etl = open(same -> same);
        RunHandle owner = computing(etl, pipeline);
        RunHandle waiter = waiting(etl, pipeline);

        waiter.cancel();

        RunReport cancelled = waiter.await();
        assertThat(cancelled.state()).isEqualTo(RunState.CANCELLED);
        assertThat(cancelled.task(slow))
                .returns(TaskState.CANCELLED, TaskReport::state)
                .returns(0, TaskReport::attempts);
        release.countDown();
        assertThat(owner.await().orThrow().output(slow)).isEqualTo(1);
    }

    @Test
    void a_deadline_ends_the_wait() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        slow(builder);
        builder.deadline(Duration.ofMinutes(5));
        Pipeline pipeline = builder.build();
        PipelineBuilder unlimited = Pipeline.named("orders");
        slow(unlimited);
        Etl etl = open(same -> same);
        computing(etl, unlimited.build());
        RunHandle waiter = waiting(etl, pipeline);

        time.advance(Duration.ofMinutes(5));

        assertThat(waiter.await().state()).isEqualTo(RunState.FAILED);
    }

    @Test
    void a_retry_that_waits_is_cancelled_promptly() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = builder.task("slow", Integer.class)
                .retry(RetryPolicy.attempts(2).fixed(Duration.ofHours(1)))
                .cache(Cache.version("1"))
                .run(ctx -> {
                    if (executions.get() == 0 && executions.incrementAndGet() == 1) {
                        throw new IllegalStateException("the first attempt of all");
                    }
                    return compute();
                });
        Pipeline pipeline = builder.build();
        Etl etl = open(same -> same);
        RunHandle retrying = etl.submit(pipeline, Arguments.none());
        time.awaitAlarms(1);
        computing(etl, pipeline);
        time.advance(Duration.ofHours(1));
        await(waiting, 1);

        retrying.cancel();

        RunReport cancelled = retrying.await();
        assertThat(cancelled.state()).isEqualTo(RunState.CANCELLED);
        assertThat(cancelled.task(slow).state()).isEqualTo(TaskState.CANCELLED);
    }

    @Test
    void the_timeout_of_a_task_ends_its_wait_and_it_computes_itself() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> quick = builder.task("slow", Integer.class)
                .timeout(Duration.ofMinutes(5))
                .cache(Cache.version("1"))
                .run(ctx -> 100 + executions.incrementAndGet());
        Pipeline hasty = builder.build();
        PipelineBuilder patient = Pipeline.named("orders");
        TaskRef<Integer> slow = slow(patient);
        Pipeline patientPipeline = patient.build();
        Etl etl = open(same -> same);
        RunHandle owner = computing(etl, patientPipeline);
        RunHandle waiter = waiting(etl, hasty);

        time.advance(Duration.ofMinutes(5));

        assertThat(waiter.await().orThrow().output(quick)).isEqualTo(102);
        assertThat(etl.run(patientPipeline).output(slow)).isEqualTo(102);
        release.countDown();
        assertThat(owner.await().orThrow().output(slow)).isEqualTo(1);
        assertThat(etl.run(patientPipeline).output(slow))
                .as("the last one to compute")
                .isEqualTo(1);
    }

    @Test
    void a_key_that_is_never_found_out_does_not_hold_a_task_with_a_timeout_back() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> task = builder.task("task", Integer.class)
                .timeout(Duration.ofMinutes(5))
                .cache(Cache.version("1").key(ctx -> {
                    computing.release();
                    release.await();
                    return "late";
                }))
                .run(ctx -> executions.incrementAndGet());
        Etl etl = open(same -> same);
        RunHandle run = computing(etl, builder.build());

        time.advance(Duration.ofMinutes(5));

        assertThat(run.await().orThrow().output(task)).isEqualTo(1);
    }

    @Test
    void one_that_waits_when_its_orchestrator_closes_is_resumed_with_the_output() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = slow(builder);
        Pipeline pipeline = builder.build();
        Etl first = open(same -> same);
        RunHandle owner = computing(first, pipeline);
        // A clock of its own, since an orchestrator closes its clock.
        Etl second = open(etl -> etl.time(new ManualTime()));
        RunHandle waiter = waiting(second, pipeline);

        second.close();
        assertThatThrownBy(waiter::await).isInstanceOf(RunStoppedException.class);
        release.countDown();
        owner.await().orThrow();

        assertThat(first.resume(waiter.id(), pipeline)
                        .await()
                        .orThrow()
                        .task(slow)
                        .isCached())
                .isTrue();
        assertThat(executions).hasValue(1);
    }

    @Test
    void one_that_computes_when_its_orchestrator_closes_lets_another_one_compute() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = slow(builder);
        Pipeline pipeline = builder.build();
        Etl first = open(etl -> etl.time(new ManualTime()));
        computing(first, pipeline);
        Etl second = open(same -> same);
        RunHandle waiter = waiting(second, pipeline);
        time.awaitAlarms(1);

        first.close();
        time.advance(Duration.ofMillis(500));
        await(computing, 1);
        release.countDown();

        assertThat(waiter.await().orThrow().output(slow)).isEqualTo(2);
    }
}
