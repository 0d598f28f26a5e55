package etl.benchmarks;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Measures as JMH's own main class does, with its options, and prints what one task costs as a table. */
public final class Comparison {
    private Comparison() {}

    /**
     * Takes the options of JMH, such as {@code -f 1 -p contestant=ETL,COUNTERS}.
     *
     * @param args the options
     */
    public static void main(String... args) throws RunnerException, CommandLineOptionException {
        Options options = new OptionsBuilder()
                .parent(new CommandLineOptions(args))
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuProfiler.class)
                .build();
        Collection<RunResult> results = new Runner(options).run();
        System.out.printf(
                "%nJava %s, %s %s, %d processors, %s%n%n%s",
                System.getProperty("java.vm.version"),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                LocalDate.now(ZoneOffset.UTC),
                new Tables(results).markdown());
    }
}
