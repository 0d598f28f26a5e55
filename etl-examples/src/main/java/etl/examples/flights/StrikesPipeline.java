package etl.examples.flights;

import etl.core.DataInterval;
import etl.core.GenericType;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.Schedule;
import etl.core.TaskContext;
import etl.core.TaskRef;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Counts the bird strikes of one day: each run works on the day that is over when it starts. */
public final class StrikesPipeline {
    private static final ZoneId ZONE = ZoneId.of("America/Chicago");

    private final Pipeline pipeline;

    /** The pipeline on the files that come with the example. */
    public StrikesPipeline() {
        PipelineBuilder builder = Pipeline.named("strikes")
                .describedAs("Counts the bird strikes of a day, every day")
                .schedule(Schedule.cron("@daily", ZONE).maxActiveRuns(4));
        TaskRef<Map<String, Integer>> count = builder.task("count", new GenericType<Map<String, Integer>>() {})
                .describedAs("counts the day's strikes by species; without a day, those of all days")
                .run(StrikesPipeline::count);
        builder.task("total", Integer.class)
                .from(count)
                .run((ctx, bySpecies) ->
                        bySpecies.values().stream().mapToInt(Integer::intValue).sum());
        pipeline = builder.build();
    }

    private static Map<String, Integer> count(TaskContext context) {
        Optional<DataInterval> day = context.dataInterval();
        Map<String, Integer> bySpecies = new TreeMap<>();
        try (Stream<Map<String, String>> strikes = new SourceFiles("").csv("birdstrikes.csv")) {
            strikes.filter(strike -> isOf(day, strike)).forEach(strike -> {
                context.rowsRead(1);
                bySpecies.merge(strike.getOrDefault("Wildlife Species", ""), 1, Integer::sum);
            });
        }
        return bySpecies;
    }

    private static boolean isOf(Optional<DataInterval> day, Map<String, String> strike) {
        return day.isEmpty()
                || day.get()
                        .contains(LocalDate.parse(strike.getOrDefault("Flight Date", ""))
                                .atStartOfDay(ZONE)
                                .toInstant());
    }

    /**
     * The pipeline.
     *
     * @return the pipeline, which declares its schedule
     */
    public Pipeline pipeline() {
        return pipeline;
    }
}
