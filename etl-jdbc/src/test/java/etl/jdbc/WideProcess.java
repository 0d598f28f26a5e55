package etl.jdbc;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.TaskContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A process in the middle of a wide run, to be told to end: 60 tasks have ended, 4 are being executed. */
final class WideProcess {
    static final int TASKS = 200;
    private static final int QUICK = 60;

    /** Written to standard output when the process is where it should be. */
    static final String READY = "ready ";

    private final JdbcStateStore store;
    private final Behaviour behaviour;
    private final CountDownLatch quick = new CountDownLatch(QUICK);
    private final CountDownLatch executing = new CountDownLatch(4);
    private final CountDownLatch told = new CountDownLatch(1);

    /** What tasks do. */
    enum Behaviour {
        /** They end at once. */
        QUICK,
        /** After the first 60 they end when the orchestrator has begun to close. */
        ENDING,
        /** After the first 60 they do not end; one of them ignores interrupts. */
        HANGING
    }

    WideProcess(JdbcStateStore store, Behaviour behaviour) {
        this.store = store;
        this.behaviour = behaviour;
    }

    public static void main(String... arguments) throws InterruptedException {
        JdbcStateStore store = JdbcStateStore.builder(arguments[0])
                .lease(Duration.ofSeconds(1))
                .open();
        WideProcess process = new WideProcess(store, Behaviour.valueOf(arguments[1]));
        Etl etl = Etl.builder()
                .store(store)
                .parallelism(4)
                .drain(process.behaviour == Behaviour.ENDING ? Duration.ofMinutes(2) : Duration.ZERO)
                .grace(Duration.ofMillis(500))
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(etl::close));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> process.tellWhenClosing(etl)));
        RunHandle run = etl.submit(process.pipeline(), Arguments.none());
        process.quick.await();
        process.executing.await();
        // Starts are stored without waiting for it.
        while (store.tasks(run.id()).size() < QUICK + 4) {
            Thread.onSpinWait();
        }
        System.out.println(READY + run.id());
        new CountDownLatch(1).await();
    }

    Pipeline pipeline() {
        PipelineBuilder builder = Pipeline.named("wide");
        for (int number = 0; number < TASKS; number++) {
            int task = number;
            builder.task("t" + number).run(context -> {
                record(context, "begun");
                if (behaviour != Behaviour.QUICK) {
                    behave(task);
                }
                record(context, "ended");
            });
        }
        return builder.build();
    }

    private void tellWhenClosing(Etl etl) {
        try {
            while (true) {
                etl.control();
                Thread.onSpinWait();
            }
        } catch (IllegalStateException closing) {
            told.countDown();
        }
    }

    private void behave(int task) throws InterruptedException {
        if (task < QUICK) {
            quick.countDown();
            return;
        }
        executing.countDown();
        if (behaviour == Behaviour.ENDING) {
            told.await();
        } else if (task > QUICK) {
            new CountDownLatch(1).await();
        } else {
            ignoreInterrupts();
        }
    }

    private static void ignoreInterrupts() {
        CountDownLatch never = new CountDownLatch(1);
        while (true) {
            try {
                never.await();
            } catch (InterruptedException ignored) {
                Thread.currentThread().isInterrupted();
            }
        }
    }

    private void record(TaskContext context, String what) throws Exception {
        try (Connection connection = store.dataSource().getConnection();
                PreparedStatement insert = connection.prepareStatement("insert into executed values (?, ?)")) {
            insert.setString(1, context.taskId());
            insert.setString(2, what);
            insert.executeUpdate();
        }
    }
}
