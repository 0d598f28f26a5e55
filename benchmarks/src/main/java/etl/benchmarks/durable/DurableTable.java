package etl.benchmarks.durable;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** What was measured of one workload, as a Markdown table with a row for each contestant. */
final class DurableTable {
    private final Workload workload;
    private final Map<DurableContestants, List<Sample>> rows = new EnumMap<>(DurableContestants.class);

    DurableTable(Workload workload) {
        this.workload = workload;
    }

    /** No samples: it cannot be told what this workload wants. */
    void put(DurableContestants contestant, List<Sample> samples) {
        rows.put(contestant, samples);
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("| ")
                .append(workload.title())
                .append(" | tasks/s | ms a task | commits a task | WAL bytes a task | WAL syncs a task |\n");
        text.append("|---|---|---|---|---|---|\n");
        rows.forEach((contestant, samples) -> text.append("| ")
                .append(contestant.title())
                .append(samples.isEmpty() ? " | not expressible | | | | |\n" : figures(samples)));
        return text.toString();
    }

    private String figures(List<Sample> samples) {
        double[] rates =
                sorted(samples, sample -> workload.tasks() * (double) TimeUnit.SECONDS.toNanos(1) / sample.nanos());
        double rate = median(rates);
        return String.format(
                Locale.ROOT,
                " | %,.0f (%,.0f-%,.0f) | %.3f | %s | %,.0f | %s |%n",
                rate,
                rates[0],
                rates[rates.length - 1],
                TimeUnit.SECONDS.toMillis(1) / rate,
                small(perTask(samples, Sample::commits)),
                perTask(samples, Sample::walBytes),
                small(perTask(samples, Sample::syncs)));
    }

    private static String small(double number) {
        return String.format(Locale.ROOT, number < 0.1 ? "%.4f" : "%.2f", number);
    }

    private double perTask(List<Sample> samples, ToDoubleFunction<Sample> figure) {
        return median(sorted(samples, figure)) / workload.tasks();
    }

    private static double[] sorted(List<Sample> samples, ToDoubleFunction<Sample> figure) {
        return samples.stream().mapToDouble(figure).sorted().toArray();
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
