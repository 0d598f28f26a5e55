package etl.examples;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Cache;
import etl.core.Etl;
import etl.core.FileFingerprint;
import etl.core.GenericType;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunOptions;
import etl.core.RunReport;
import etl.core.TaskRef;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of docs/caching.md. */
class CachingPageTest {
    @TempDir
    Path folder;

    private final AtomicInteger loaded = new AtomicInteger();

    private List<Integer> load(LocalDate day) {
        loaded.incrementAndGet();
        return List.of(day.getDayOfMonth(), 2);
    }

    private static int convert(List<Integer> orders, String rates) {
        return orders.size() * rates.length();
    }

    @Test
    void outputs_are_reused() throws Exception {
        Path rates = Files.writeString(folder.resolve("rates.csv"), "rates");
        PipelineBuilder orders = Pipeline.named("orders");
        Parameter<LocalDate> day = orders.parameter("day", LocalDate.class).required();
        Parameter<Boolean> verbose = orders.parameter("verbose", Boolean.class).optional(false);
        // snippet
        TaskRef<List<Integer>> extract = orders.task("extract", new GenericType<List<Integer>>() {})
                .cache(Cache.version("1").ttl(Duration.ofHours(6)).arguments(day))
                .run(ctx -> load(ctx.get(day)));
        TaskRef<Integer> total = orders.task("total", Integer.class)
                .cache(Cache.version("3").arguments().input("rates", ctx -> FileFingerprint.of(rates)))
                .from(extract)
                .run((ctx, rows) -> convert(rows, Files.readString(rates)));
        // end
        Pipeline pipeline = orders.build();
        try (Etl etl = Etl.inMemory()) {
            Arguments arguments = Arguments.of(day, LocalDate.EPOCH);
            etl.run(pipeline, arguments).orThrow();
            // snippet
            RunReport run = etl.run(pipeline, arguments);
            boolean reused = run.task(total).isCached();
            RunReport fresh = etl.run(pipeline, arguments, RunOptions.none().refreshCache());
            // end

            assertThat(reused).isTrue();
            assertThat(fresh.task(total).isCached()).isFalse();
            assertThat(loaded).hasValue(2);
            assertThat(etl.run(pipeline, arguments.and(verbose, true))
                            .task(extract)
                            .isCached())
                    .isTrue();
            Files.writeString(rates, "other rates");
            RunReport changed = etl.run(pipeline, arguments);
            assertThat(changed.task(extract).isCached()).isTrue();
            assertThat(changed.task(total).isCached()).isFalse();
            assertThat(changed.output(total)).isEqualTo(22);
        }
    }
}
