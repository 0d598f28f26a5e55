package etl.engines.cli;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.InMemoryStateStore;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.Schedule;
import etl.core.spi.StoredRun;
import etl.engines.cli.Application.Result;
import etl.schedule.Tick;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScheduleCommandsTest {
    @TempDir
    Path folder;

    private final InMemoryStateStore store = InMemoryStateStore.create();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    private final class Host extends Application {
        private final Parameter<String> day;
        private final Pipeline orders;
        private final Pipeline plain;

        Host() {
            super(store);
            PipelineBuilder builder =
                    Pipeline.named("orders").schedule(Schedule.cron("@daily", ZoneId.of("Europe/Berlin")));
            day = builder.parameter("day", String.class).required();
            builder.task("load").run(ctx -> {
                if (failing.contains(ctx.get(day))) {
                    throw new IllegalStateException("no data\nof " + ctx.get(day));
                }
            });
            orders = builder.build();
            PipelineBuilder other = Pipeline.named("plain");
            other.task("a").run(ctx -> {});
            plain = other.build();
        }

        @Override
        public List<Pipeline> pipelines() {
            return List.of(plain, orders);
        }

        @Override
        public Arguments scheduled(Pipeline pipeline, Tick tick) {
            return Arguments.of(
                    day,
                    tick.event()
                            .orElseGet(() -> tick.dataInterval()
                                    .orElseThrow()
                                    .start()
                                    .atZone(ZoneId.of("Europe/Berlin"))
                                    .toLocalDate()
                                    .toString()));
        }

        @Override
        public Path workFolder() {
            return folder;
        }
    }

    private Result execute(String... arguments) {
        return new Host().execute(arguments);
    }

    private List<String> days() {
        return store.recent(99).stream()
                .map(StoredRun::definition)
                .map(run -> String.valueOf(run.arguments().get("day")))
                .sorted()
                .toList();
    }

    @Test
    void a_backfill_runs_each_day_and_goes_on_where_it_failed() {
        failing.add("2024-03-31");
        String[] command = {"backfill", "orders", "--from", "2024-03-30", "--to", "2024-04-02", "--parallelism", "2"};

        Result first = execute(command);

        assertThat(first.code()).isEqualTo(1);
        assertThat(first.out()).contains("2 of 3 intervals have succeeded, 1 have not");
        assertThat(first.err())
                .contains("error: 2024-03-30T23:00:00Z/2024-03-31T22:00:00Z FAILED")
                .contains("no data | of 2024-03-31")
                .contains("start the same backfill again");
        assertThat(days()).containsExactly("2024-03-30", "2024-03-31", "2024-04-01");

        Result dry = execute(
                "backfill", "orders", "--from", "2024-03-30", "--to", "2024-04-03", "--dry-run", "--newest-first");
        assertThat(dry.code()).isZero();
        assertThat(dry.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
                .anyMatch(line -> line.startsWith("2024-04-01T22:00:00Z/2024-04-02T22:00:00Z NOT_RUN -"))
                .anyMatch(line -> line.startsWith("2024-03-30T23:00:00Z/2024-03-31T22:00:00Z FAILED "))
                .anyMatch(line -> line.contains("SUCCEEDED (before)"));

        failing.clear();
        Result second = execute(command);
        assertThat(second.code()).isZero();
        assertThat(second.out()).contains("3 of 3 intervals have succeeded\n");
        assertThat(days()).hasSize(3);
    }

    @Test
    void runs_show_their_data_interval() {
        execute("backfill", "orders", "--from", "2024-03-30T23:00:00Z", "--to", "2024-03-31T22:00:00Z");
        String run = store.recent(1).get(0).definition().id().toString();

        assertThat(execute("runs").out()).contains("DATA").contains("2024-03-30T23:00:00Z/2024-03-31T22:00:00Z");
        assertThat(execute("show", run).out()).contains("data       2024-03-30T23:00:00Z/2024-03-31T22:00:00Z");
        execute("run", "plain");
        String plain = store.recent(1).get(0).definition().id().toString();
        assertThat(execute("show", plain).out()).doesNotContain("data  ");
    }

    @Test
    void schedules_are_listed_paused_and_resumed() {
        assertThat(execute("schedules").out())
                .contains("orders")
                .contains("cron '@daily' in Europe/Berlin")
                .contains("new")
                .contains("00:00:00 Europe/Berlin");

        Result paused = execute("pause-schedule", "orders");
        assertThat(paused.code()).isZero();
        assertThat(paused.out()).contains("paused").doesNotContain("00:00:00");
        assertThat(execute("schedules").out()).contains("paused");
        assertThat(execute("resume-schedule", "orders").out()).contains("registered");
    }

    @Test
    void an_event_is_triggered_once() {
        Result first = execute("trigger", "orders", "--event", "file 17");
        Result second = execute("trigger", "orders", "--event", "file 17");

        assertThat(first.code()).isZero();
        assertThat(second.code()).isZero();
        assertThat(days()).containsExactly("file 17");
        assertThat(execute("trigger", "orders").code()).isZero();
        assertThat(days()).hasSize(2);
    }

    @Test
    void what_is_wrong_is_one_line_with_the_way_out() {
        assertThat(execute("backfill", "orders", "--from", "March", "--to", "2024-04-02"))
                .returns(1, Result::code)
                .extracting(Result::err)
                .asString()
                .contains("error: --from is 'March', but it takes a day")
                .hasLineCount(1);
        assertThat(execute("backfill", "plain", "--from", "2024-04-01", "--to", "2024-04-02")
                        .err())
                .contains("pipeline 'plain' declares no schedule");
        assertThat(execute("backfill", "orders", "--from", "2024-04-02", "--to", "2024-04-01")
                        .err())
                .contains("take a longer range");
        assertThat(execute("backfill", "orders", "--from", "2024-04-01").code()).isEqualTo(2);
        assertThat(execute("backfill", "orders", "--from", "2024-04-01", "--to", "2024-04-03", "--parallelism", "0")
                        .err())
                .contains("parallelism must be at least 1");
        assertThat(execute("trigger", "nightly").err()).contains("there is no schedule 'nightly'; known: orders");
        assertThat(execute("pause-schedule", "nightly").code()).isEqualTo(1);
    }
}
