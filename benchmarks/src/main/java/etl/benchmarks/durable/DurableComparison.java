package etl.benchmarks.durable;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Measures what a task costs whose state is kept in PostgreSQL, and prints Markdown tables. */
public final class DurableComparison {
    private static final long LONGEST_WARM_UP = TimeUnit.SECONDS.toNanos(15);

    private final Choice choice;
    private final Server server;

    private DurableComparison(Choice choice, Server server) {
        this.choice = choice;
        this.server = server;
    }

    /**
     * Measures and prints.
     *
     * @param args see benchmarks/README.md; without any, everything is measured that docs/performance.md tells
     */
    public static void main(String... args) throws Exception {
        Choice choice = Choice.of(args);
        try (Server server = server(choice)) {
            new DurableComparison(choice, server).run();
        }
    }

    private static Server server(Choice choice) throws Exception {
        if (choice.url().isPresent()) {
            return Server.at(choice.url().get());
        }
        Server.checkDisk();
        return Server.embedded();
    }

    /** Each table is printed as soon as it is complete. */
    private void run() throws Exception {
        System.out.printf(
                "Java %s, %s %s, %d processors, %s; PostgreSQL %s%n",
                System.getProperty("java.vm.version"),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                LocalDate.now(ZoneOffset.UTC),
                server.settings());
        for (Workload workload : choice.workloads()) {
            System.out.printf("%n%s", measure(workload).markdown());
        }
    }

    /** Round after round, so that what changes on the machine meanwhile changes for all. */
    private DurableTable measure(Workload workload) throws Exception {
        Map<DurableContestants, List<Sample>> samples = new EnumMap<>(DurableContestants.class);
        Map<DurableContestants, Long> warmed = new EnumMap<>(DurableContestants.class);
        for (int round = -choice.warmUps(workload); round < choice.rounds(); round++) {
            for (DurableContestants who : choice.contestants()) {
                DurableContestant contestant = who.contestant();
                List<Sample> counted = samples.computeIfAbsent(who, row -> new ArrayList<>());
                boolean isWarm = round < 0 && warmed.getOrDefault(who, 0L) > LONGEST_WARM_UP;
                if (contestant.expresses(workload) && !isWarm) {
                    Sample sample = Sample.take(server, contestant, workload);
                    progress(workload, round, who, sample);
                    if (round >= 0) {
                        counted.add(sample);
                    } else {
                        warmed.merge(who, sample.nanos(), Long::sum);
                    }
                }
            }
        }
        DurableTable table = new DurableTable(workload);
        samples.forEach(table::put);
        return table;
    }

    private void progress(Workload workload, int round, DurableContestants who, Sample sample) {
        System.err.printf(
                Locale.ROOT,
                "%s %s %s: %,d ms, %,d commits, %,d WAL bytes, %,d syncs%n",
                workload.name(),
                round < 0 ? "warm-up" : "round " + (round + 1) + "/" + choice.rounds(),
                who,
                TimeUnit.NANOSECONDS.toMillis(sample.nanos()),
                sample.commits(),
                sample.walBytes(),
                sample.syncs());
    }
}
