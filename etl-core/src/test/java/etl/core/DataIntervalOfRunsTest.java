package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.RunListener;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DataIntervalOfRunsTest {
    private static final DataInterval DAY =
            new DataInterval(Instant.parse("2001-01-01T00:00:00Z"), Instant.parse("2001-01-02T00:00:00Z"));
    private static final DataInterval NEXT_DAY = new DataInterval(DAY.end(), Instant.parse("2001-01-03T00:00:00Z"));

    private final List<Optional<DataInterval>> seen = new CopyOnWriteArrayList<>();

    @Test
    void a_task_reads_the_interval_of_its_run_also_after_a_resume() {
        AtomicInteger failures = new AtomicInteger(1);
        PipelineBuilder orders = Pipeline.named("orders");
        orders.task("load").run(ctx -> {
            seen.add(ctx.dataInterval());
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("the first time");
            }
        });
        Pipeline pipeline = orders.build();
        List<Optional<DataInterval>> told = new CopyOnWriteArrayList<>();
        RunListener listener = new RunListener() {
            @Override
            public boolean synchronous() {
                return true;
            }

            @Override
            public void onRunStarted(RunStarted event) {
                told.add(event.run().dataInterval());
            }
        };

        try (Etl etl = Etl.builder().listener(listener).build()) {
            RunReport failed =
                    etl.run(pipeline, Arguments.none(), RunOptions.none().dataInterval(DAY));
            RunReport resumed = etl.resume(failed.id(), pipeline).await();
            etl.run(pipeline);

            assertThat(resumed.state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(etl.store().find(failed.id()).orElseThrow().definition().dataInterval())
                    .contains(DAY);
        }
        assertThat(seen).containsExactly(Optional.of(DAY), Optional.of(DAY), Optional.empty());
        assertThat(told).isEqualTo(seen);
    }

    @Test
    void a_key_belongs_to_one_interval() {
        PipelineBuilder orders = Pipeline.named("orders");
        orders.task("load").run(ctx -> {});
        Pipeline pipeline = orders.build();
        RunOptions first = RunOptions.none().key("monday").dataInterval(DAY);

        try (Etl etl = Etl.inMemory()) {
            RunReport run = etl.run(pipeline, Arguments.none(), first);

            assertThat(etl.run(pipeline, Arguments.none(), first).id()).isEqualTo(run.id());
            assertThatThrownBy(() -> etl.submit(pipeline, Arguments.none(), first.dataInterval(NEXT_DAY)))
                    .isInstanceOf(RunKeyConflictException.class)
                    .hasMessageContaining("data interval " + DAY + " and not with data interval " + NEXT_DAY);
        }
    }

    @Test
    void options_say_what_they_are() {
        assertThat(RunOptions.none()).hasToString("no options");
        assertThat(RunOptions.none().dataInterval(DAY).key("monday"))
                .hasToString("key 'monday', data interval " + DAY)
                .returns(Optional.of(DAY), RunOptions::dataInterval)
                .returns(Optional.of("monday"), RunOptions::runKey);
    }
}
