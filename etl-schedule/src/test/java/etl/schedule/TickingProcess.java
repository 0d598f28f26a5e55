package etl.schedule;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.MissedTicks;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.Schedule;
import etl.core.spi.RunListener;
import etl.jdbc.JdbcStateStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;

/** Several schedulers, each with a store and a clock of its own, that keep the same schedule for a number of ticks. */
final class TickingProcess {
    private TickingProcess() {}

    public static void main(String[] arguments) throws Exception {
        int schedulers = Integer.parseInt(arguments[1]);
        int ticks = Integer.parseInt(arguments[2]);
        CyclicBarrier together = new CyclicBarrier(schedulers);
        ExecutorService threads = Executors.newFixedThreadPool(schedulers);
        List<Future<Boolean>> ends = new ArrayList<>();
        for (int i = 0; i < schedulers; i++) {
            ends.add(threads.submit(() -> keep(arguments[0], ticks, together)));
        }
        for (Future<Boolean> end : ends) {
            end.get(4, TimeUnit.MINUTES);
        }
        threads.shutdown();
    }

    private static boolean keep(String url, int ticks, CyclicBarrier together) throws Exception {
        TurnedTime time = new TurnedTime();
        Phaser runs = new Phaser(1);
        RunListener counter = new RunListener() {
            @Override
            public boolean synchronous() {
                return true;
            }

            @Override
            public void onRunStarted(RunStarted event) {
                runs.register();
            }

            @Override
            public void onRunEnded(RunEnded event) {
                runs.arriveAndDeregister();
            }
        };
        try (JdbcStateStore store = JdbcStateStore.open(url);
                Etl etl = Etl.builder()
                        .store(store)
                        .time(time)
                        .parallelism(2)
                        .listener(counter)
                        .build();
                Scheduler scheduler = Scheduler.builder(etl)
                        .executor(Runnable::run)
                        .pollInterval(Duration.ofDays(1))
                        .schedule(
                                "secondly",
                                pipeline(store),
                                Schedule.every(Duration.ofSeconds(1))
                                        .missed(MissedTicks.ALL)
                                        .maxActiveRuns(ticks),
                                tick -> Arguments.none())
                        .start()) {
            together.await(1, TimeUnit.MINUTES);
            for (int i = 0; i < ticks; i++) {
                time.pass(Duration.ofSeconds(1));
            }
            runs.awaitAdvanceInterruptibly(runs.arriveAndDeregister(), 4, TimeUnit.MINUTES);
            return scheduler.status("secondly").paused();
        }
    }

    private static Pipeline pipeline(JdbcStateStore store) {
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("load").run(ctx -> {
            try (Connection connection = store.dataSource().getConnection();
                    PreparedStatement insert = connection.prepareStatement("insert into executed (tick) values (?)")) {
                insert.setString(1, ctx.dataInterval().orElseThrow().end().toString());
                insert.executeUpdate();
            }
        });
        return builder.build();
    }
}
