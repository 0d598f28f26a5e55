package etl.benchmarks;

import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.Main;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Measures as JMH's own main class does, with its options, and prints what one task costs as tables. */
public final class Comparison {
    private static final String MILLION = "1000000";

    private final CommandLineOptions options;
    private final List<RunResult> results = new ArrayList<>();

    private Comparison(CommandLineOptions options) {
        this.options = options;
    }

    /**
     * Takes the options of JMH, such as {@code RunBenchmark -f 1 -p contestant=ETL,COUNTERS}.
     *
     * @param args the options; if they name no benchmark, everything is measured that docs/performance.md tells
     */
    public static void main(String... args) throws RunnerException, CommandLineOptionException, IOException {
        CommandLineOptions options = new CommandLineOptions(args);
        if (measuresNothing(options)) {
            Main.main(args);
            return;
        }
        Comparison comparison = new Comparison(options);
        if (comparison.options.getIncludes().isEmpty()) {
            comparison.measureAll();
        } else {
            comparison.measure(new OptionsBuilder());
        }
        comparison.print();
    }

    private static boolean measuresNothing(CommandLineOptions options) {
        return options.shouldHelp()
                || options.shouldList()
                || options.shouldListWithParams()
                || options.shouldListProfilers()
                || options.shouldListResultFormats();
    }

    private void measureAll() throws RunnerException {
        measure(new OptionsBuilder().include(RunBenchmark.class.getSimpleName()));
        measure(new OptionsBuilder()
                .include(RunBenchmark.class.getSimpleName())
                .param("contestant", Contestants.ETL.name(), Contestants.ETL_ALL.name(), Contestants.COUNTERS.name())
                .param("shape", Shape.CHAIN.name(), Shape.RANDOM.name())
                .param("tasks", MILLION));
        measure(new OptionsBuilder().include(BuildBenchmark.class.getSimpleName()));
    }

    private void measure(ChainedOptionsBuilder what) throws RunnerException {
        results.addAll(new Runner(what.parent(options)
                        .addProfiler(GCProfiler.class)
                        .addProfiler(CpuProfiler.class)
                        .build())
                .run());
    }

    private void print() {
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
