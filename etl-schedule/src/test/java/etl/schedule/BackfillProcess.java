package etl.schedule;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.Schedule;
import etl.jdbc.JdbcStateStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** A backfill that comes to a halt in the middle, so that it can be killed there. */
final class BackfillProcess {
    static final Instant FROM = Instant.parse("2024-03-25T23:00:00Z");
    static final Instant TO = Instant.parse("2024-04-04T22:00:00Z");
    static final Instant HALT = Instant.parse("2024-03-30T00:00:00Z");

    private BackfillProcess() {}

    public static void main(String[] arguments) {
        Backfill backfill = backfill(tick -> {
            if (tick.isAfter(HALT)) {
                System.out.println("begun " + tick);
                await(new CountDownLatch(1));
            }
        });
        try (Etl etl = Etl.builder()
                .store(JdbcStateStore.builder(arguments[0])
                        .lease(Duration.ofSeconds(1))
                        .open())
                .build()) {
            backfill.parallelism(3).run(etl);
        }
    }

    private static void await(CountDownLatch never) {
        try {
            never.await();
        } catch (InterruptedException interruption) {
            throw new IllegalStateException(interruption);
        }
    }

    static Backfill backfill(Consumer<Instant> load) {
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("load")
                .run(ctx -> load.accept(ctx.dataInterval().orElseThrow().end()));
        return Backfill.of(builder.build(), Schedule.cron("@daily", ZoneId.of("Europe/Berlin")), FROM, TO);
    }
}
