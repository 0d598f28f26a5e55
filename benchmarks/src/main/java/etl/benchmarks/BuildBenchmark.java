package etl.benchmarks;

import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a pipeline costs before its first run. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"-Xms3g", "-Xmx3g"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@NullUnmarked // JMH sets the fields.
public class BuildBenchmark {
    @Param("RANDOM")
    Shape shape;

    @Param("100000")
    int tasks;

    private final EtlRunner library = new EtlRunner(Set.of());
    private Graph graph;
    private PipelineBuilder declared;

    @Setup
    public void prepare() {
        graph = shape.graph(tasks);
        declared = library.declare(graph, task -> {});
    }

    @Benchmark
    public PipelineBuilder declare() {
        return library.declare(graph, task -> {});
    }

    @Benchmark
    public Pipeline build() {
        return declared.build();
    }
}
