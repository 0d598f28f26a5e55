package etl.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import etl.core.Arguments;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunState;
import etl.core.Schedule;
import etl.core.TaskRef;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Runs that an event starts, and not a tick. */
class TriggeredRunsTest extends SchedulersOnOneStore {
    @Test
    void an_event_starts_one_run_however_often_and_wherever_it_is_told() throws Exception {
        PipelineBuilder builder = Pipeline.named("files");
        Parameter<String> file = builder.parameter("file", String.class).required();
        Parameter<String> at = builder.parameter("at", String.class).required();
        TaskRef<String> load = builder.task("load", String.class).run(ctx -> ctx.get(file));
        Pipeline pipeline = builder.schedule(Schedule.manual()).build();
        Function<Tick, Arguments> arguments =
                tick -> Arguments.of(file, tick.event().orElse("none"))
                        .and(at, tick.at().toString());
        Scheduler one = start(builder().schedule(pipeline, arguments));
        Scheduler other = start(builder().schedule(pipeline, arguments));

        RunHandle first = one.trigger("files", "a 'b'/c\uD83D\uDE00.csv");
        assertThat(first.await().orThrow().output(load)).isEqualTo("a 'b'/c\uD83D\uDE00.csv");
        time.pass(Duration.ofHours(1));
        RunHandle second = other.trigger("files", "a 'b'/c\uD83D\uDE00.csv");

        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.await().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(one.trigger("files", "other").await().orThrow().output(load)).isEqualTo("other");
        assertThat(one.trigger("files").await().orThrow().output(load)).isEqualTo("none");
        assertThat(one.trigger("files").id()).isNotEqualTo(first.id());
        assertThat(one.status("files").nextTick()).isEmpty();
        assertThat(store.find(first.id()).orElseThrow().definition().dataInterval())
                .isEmpty();
    }

    @Test
    void keys_of_events_that_no_store_keeps_are_refused() {
        Scheduler scheduler = start(HOURLY);

        for (String key : new String[] {"", " ", "x".repeat(300)}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> scheduler.trigger("hourly", key))
                    .withMessageContaining("1 to 233 characters");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> scheduler.trigger("hourly", "a\0b"));
    }

    @Test
    void a_run_that_is_triggered_works_on_the_newest_interval_that_is_over() throws Exception {
        Scheduler scheduler = start(HOURLY);
        time.pass(Duration.ofMinutes(90));
        orders.await(1);

        scheduler.pause("hourly");
        RunHandle run = scheduler.trigger("hourly");

        assertThat(run.await().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(orders.await(1)).containsExactly("01:00");
        assertThat(run.isExisting()).isFalse();
    }
}
