package etl.jdbc;

import etl.core.Cache;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** A process that computes an output for ever. */
final class ComputingProcess {
    static final String COMPUTING = "computing";

    private ComputingProcess() {}

    public static void main(String[] arguments) {
        Pipeline pipeline = pipeline(() -> {
            System.out.println(COMPUTING);
            System.out.flush();
            new CountDownLatch(1).await();
            return "never";
        });
        try (Etl etl = Etl.builder().store(JdbcStateStore.open(arguments[0])).build()) {
            etl.run(pipeline);
        }
    }

    static Pipeline pipeline(Callable<String> code) {
        PipelineBuilder builder = Pipeline.named("killed");
        builder.task("slow", String.class).cache(Cache.version("1")).run(ctx -> code.call());
        return builder.build();
    }
}
