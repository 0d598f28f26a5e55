package etl.benchmarks.durable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the command line asks for.
 *
 * @param url where PostgreSQL runs, or empty for embedded binaries
 * @param workloads what is executed
 * @param contestants by whom
 * @param warmUp how many tasks each contestant executes before, without being counted, unless they take too long
 * @param rounds rounds that are counted
 */
record Choice(
        Optional<String> url, List<Workload> workloads, List<DurableContestants> contestants, int warmUp, int rounds) {
    private static final String OPTIONS =
            "options: --cases CHAIN,INDEPENDENT,PIPELINES --contestants ETL,DBOS,... --rounds 3 --warm-up 30000"
                    + " --url postgresql://user:password@host:port/database";

    static Choice of(String... args) {
        Optional<String> url = Optional.empty();
        List<Workload> workloads = Workload.all();
        List<DurableContestants> contestants = List.of(DurableContestants.values());
        int warmUp = 30_000;
        int rounds = 3;
        for (int i = 0; i < args.length; i += 2) {
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + " has no value; " + OPTIONS);
            }
            String value = args[i + 1];
            switch (args[i]) {
                case "--url" -> url = Optional.of(value);
                case "--cases" -> workloads = named(value);
                case "--contestants" ->
                    contestants = Arrays.stream(value.toUpperCase(Locale.ROOT).split(","))
                            .map(DurableContestants::valueOf)
                            .toList();
                case "--rounds" -> rounds = atLeast(1, value);
                case "--warm-up" -> warmUp = atLeast(0, value);
                default -> throw new IllegalArgumentException("unknown option " + args[i] + "; " + OPTIONS);
            }
        }
        return new Choice(url, workloads, contestants, warmUp, rounds);
    }

    /** How many rounds are not counted. */
    int warmUps(Workload workload) {
        return (warmUp + workload.tasks() - 1) / workload.tasks();
    }

    private static List<Workload> named(String names) {
        List<String> wanted = List.of(names.toUpperCase(Locale.ROOT).split(","));
        List<Workload> found = new ArrayList<>(Workload.all());
        found.removeIf(workload -> !wanted.contains(workload.name()));
        if (found.size() != wanted.size()) {
            throw new IllegalArgumentException("unknown case in " + names + "; " + OPTIONS);
        }
        return found;
    }

    private static int atLeast(int least, String value) {
        int number = Integer.parseInt(value);
        if (number < least) {
            throw new IllegalArgumentException(value + " is less than " + least + "; " + OPTIONS);
        }
        return number;
    }
}
