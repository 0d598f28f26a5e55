package etl.jdbc;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunOptions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A process that executes a run which kills it, once another run has succeeded beside it. */
final class PoisonedProcess {
    static final int GONE = 7;
    static final int CRASHES = 2;

    private PoisonedProcess() {}

    public static void main(String... arguments) throws InterruptedException {
        CountDownLatch others = new CountDownLatch(1);
        Pipeline poison = poison(() -> {
            others.await();
            Runtime.getRuntime().halt(GONE);
        });
        try (Etl etl = recovering(JdbcStateStore.builder(arguments[0]), poison)) {
            etl.submit(poison, Arguments.none(), RunOptions.none().key("poison"));
            etl.run(harmless()).orThrow();
            others.countDown();
            new CountDownLatch(1).await();
        }
    }

    /** What the code of the only task does. */
    interface Code {
        void execute() throws Exception;
    }

    static Pipeline poison(Code code) {
        PipelineBuilder builder = Pipeline.named("poison");
        builder.task("halt").run(context -> code.execute());
        return builder.build();
    }

    static Pipeline harmless() {
        PipelineBuilder builder = Pipeline.named("harmless");
        builder.task("only").run(context -> {});
        return builder.build();
    }

    static Etl recovering(JdbcStateStoreBuilder store, Pipeline pipeline) {
        return Etl.builder()
                .store(store.lease(Duration.ofSeconds(1)).open())
                .recover(pipeline)
                .recoveryPeriod(Duration.ofMillis(100))
                .mostCrashes(CRASHES)
                .build();
    }
}
