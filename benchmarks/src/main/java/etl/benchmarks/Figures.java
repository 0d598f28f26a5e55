package etl.benchmarks;

import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * What one task costs.
 *
 * @param tasks how many there were
 * @param nanos the time that passes, the mean of all iterations
 * @param least the mean of the fastest fork
 * @param most the mean of the slowest fork
 * @param cpuNanos the processor time of all threads
 * @param bytes what all threads allocate
 */
record Figures(int tasks, double nanos, double least, double most, double cpuNanos, double bytes) {
    private static final double NANOS_PER_MILLI = 1e6;

    static Figures of(RunResult result) {
        int tasks = tasks(result.getParams());
        double[] forks = result.getBenchmarkResults().stream()
                .mapToDouble(fork -> mean(fork.getIterationResults()))
                .sorted()
                .toArray();
        return new Figures(
                tasks,
                result.getPrimaryResult().getScore() * NANOS_PER_MILLI / tasks,
                forks[0] * NANOS_PER_MILLI / tasks,
                forks[forks.length - 1] * NANOS_PER_MILLI / tasks,
                secondary(result, CpuProfiler.RESULT) / tasks,
                secondary(result, "gc.alloc.rate.norm") / tasks);
    }

    private static int tasks(BenchmarkParams params) {
        int wanted = Integer.parseInt(params.getParam("tasks"));
        String contestant = params.getParam("contestant");
        return contestant == null
                ? wanted
                : Contestants.valueOf(contestant).tasks(Shape.valueOf(params.getParam("shape")), wanted);
    }

    private static double mean(Collection<IterationResult> iterations) {
        return iterations.stream()
                .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                .average()
                .orElseThrow();
    }

    private static double secondary(RunResult result, String name) {
        Result<?> found = result.getSecondaryResults().get(name);
        return found == null ? Double.NaN : found.getScore();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%,.0f (%,.0f-%,.0f), cpu %,.0f [%,.0f]", nanos, least, most, cpuNanos, bytes);
    }
}
