package etl.schedule;

import etl.core.DataInterval;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A pipeline whose runs tell the end of their data interval. */
final class Orders {
    final Pipeline pipeline;
    private final BlockingQueue<Instant> loaded = new LinkedBlockingQueue<>();

    Orders() {
        this("orders", tick -> {});
    }

    Orders(String name, Consumer<Instant> load) {
        PipelineBuilder builder = Pipeline.named(name);
        builder.task("load").run(ctx -> {
            Instant tick = ctx.dataInterval().map(DataInterval::end).orElse(Instant.EPOCH);
            load.accept(tick);
            loaded.add(tick);
        });
        pipeline = builder.build();
    }

    /** The ticks of the next runs, in the order in which they were executed. */
    List<String> await(int count) throws InterruptedException {
        List<String> ticks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Instant tick = loaded.poll(60, TimeUnit.SECONDS);
            if (tick == null) {
                throw new AssertionError("expected " + count + " runs, but only " + ticks + " came");
            }
            ticks.add(tick.toString().substring(11, 16));
        }
        return ticks;
    }

    boolean isIdle() {
        return loaded.isEmpty();
    }
}
