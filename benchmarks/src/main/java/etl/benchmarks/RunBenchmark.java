package etl.benchmarks;

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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The execution of one graph, from the call to the end of the last task. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"-Xms3g", "-Xmx3g"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@NullUnmarked // JMH sets the fields.
public class RunBenchmark {
    @Param
    Contestants contestant;

    @Param
    Shape shape;

    @Param("100000")
    int tasks;

    private Contestant.Prepared prepared;

    @Setup
    public void prepare() throws Exception {
        prepared = contestant.contestant().prepare(shape.graph(contestant.tasks(shape, tasks)), task -> {});
    }

    @Benchmark
    public void run() throws Exception {
        prepared.run();
    }

    @TearDown
    public void close() {
        prepared.close();
    }
}
