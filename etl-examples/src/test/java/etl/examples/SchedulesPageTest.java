package etl.examples;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.DataInterval;
import etl.core.Etl;
import etl.core.MissedTicks;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunState;
import etl.core.Schedule;
import etl.core.TaskRef;
import etl.schedule.Backfill;
import etl.schedule.BackfillReport;
import etl.schedule.IntervalState;
import etl.schedule.Scheduler;
import etl.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The code of docs/schedules.md. */
class SchedulesPageTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private final CompletableFuture<String> loaded = new CompletableFuture<>();

    private int load(Instant from, Instant to) {
        loaded.complete(from + " to " + to);
        return 1;
    }

    private int importFile(String name) {
        return name.length();
    }

    private Pipeline orders() {
        // snippet
        PipelineBuilder orders = Pipeline.named("orders")
                .schedule(Schedule.cron("30 6 * * MON-FRI", ZoneId.of("Europe/Berlin"))
                        .missed(MissedTicks.ALL)
                        .maxActiveRuns(1)
                        .jitter(Duration.ofMinutes(5)));
        orders.task("load", Integer.class).run(ctx -> {
            DataInterval data = ctx.dataInterval().orElseThrow();
            return load(data.start(), data.end());
        });
        // end
        return orders.build();
    }

    @Test
    void ticks_start_runs() throws Exception {
        Pipeline pipeline = orders();
        ManualTime time = new ManualTime();
        PipelineBuilder builder = Pipeline.named("files");
        Parameter<String> file = builder.parameter("file", String.class).required();
        TaskRef<Integer> length = builder.task("import", Integer.class).run(ctx -> importFile(ctx.get(file)));
        Pipeline files = builder.build();
        try (Etl etl = Etl.builder().time(time).build()) {
            // snippet
            try (Scheduler scheduler = Scheduler.builder(etl)
                    .schedule(pipeline)
                    .schedule(
                            "files",
                            files,
                            Schedule.manual(),
                            tick -> Arguments.of(file, tick.event().orElseThrow()))
                    .start()) {
                scheduler.trigger("files", "orders-17.csv").await().orThrow();
                scheduler.pause("orders");
                scheduler.resume("orders");
                // end
                RunHandle again = scheduler.trigger("files", "orders-17.csv");
                assertThat(again.isExisting()).isTrue();
                assertThat(again.await().output(length)).isEqualTo(13);
                for (int hour = 0; hour < 7 && !loaded.isDone(); hour++) {
                    time.awaitAlarms(1);
                    time.advance(Duration.ofHours(1));
                }
                assertThat(loaded.get(30, TimeUnit.SECONDS))
                        .as("Monday has the data since Friday")
                        .isEqualTo("2000-12-29T05:30:00Z to 2001-01-01T05:30:00Z");
            }
        }
    }

    @Test
    void a_range_is_filled_up() {
        try (Etl etl = Etl.inMemory()) {
            Pipeline orders = orders();
            Instant from = LocalDate.of(2024, 3, 1).atStartOfDay(BERLIN).toInstant();
            Instant to = LocalDate.of(2024, 4, 1).atStartOfDay(BERLIN).toInstant();
            // snippet
            BackfillReport report =
                    Backfill.of(orders, from, to).parallelism(4).run(etl).orThrow();
            // end

            assertThat(report.count(IntervalState.SUCCEEDED)).isEqualTo(20);
            assertThat(etl.store().recent(99))
                    .hasSize(20)
                    .allSatisfy(run -> assertThat(run.state()).isEqualTo(RunState.SUCCEEDED));
        }
    }
}
