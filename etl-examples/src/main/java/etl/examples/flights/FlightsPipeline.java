package etl.examples.flights;

import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskContext;
import etl.core.TaskRef;
import etl.jdbc.JdbcStateStore;
import etl.jdbc.RawData;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Airports, flights and bird strikes: extracted in parallel into {@code raw_data}, validated and joined into
 * {@code transformed_data}, summed up per airport and state, and reported.
 */
public final class FlightsPipeline {
    private final Supplier<JdbcStateStore> store;
    private final ReportFile reportFile;
    private final Pipeline pipeline;
    private final TaskRef<FlightReport> report;

    /**
     * The pipeline.
     *
     * @param store where the data goes; asked when a task runs
     * @param home the folder for reports, unless a run names another one
     */
    public FlightsPipeline(Supplier<JdbcStateStore> store, Path home) {
        this.store = store;
        this.reportFile = new ReportFile(home.resolve("reports"));
        RetryPolicy patiently = RetryPolicy.attempts(3)
                .exponential(Duration.ofSeconds(1), Duration.ofSeconds(10))
                .jitter(0.2);

        PipelineBuilder flights = Pipeline.named("flights")
                .describedAs("Delays and bird strikes per airport and state, from three public files");
        Parameter<String> data = flights.parameter("data", String.class)
                .describedAs("folder of airports.csv, flights-20k.json and birdstrikes.csv; empty: the bundled files")
                .optional("");
        Parameter<String> reports = flights.parameter("reports", String.class)
                .describedAs("folder for the HTML report; empty: the folder 'reports' of ETL_HOME")
                .optional("");
        Parameter<Integer> top = flights.parameter("top", Integer.class)
                .describedAs("how many airports and states the report shows")
                .optional(10);

        TaskRef<Extracted> rawAirports = flights.task("extract-airports", Extracted.class)
                .retry(patiently)
                .timeout(Duration.ofMinutes(5))
                .run(ctx -> land(ctx, "airports", new SourceFiles(ctx.get(data)).csv("airports.csv")));
        TaskRef<Extracted> rawFlights = flights.task("extract-flights", Extracted.class)
                .retry(patiently)
                .timeout(Duration.ofMinutes(5))
                .run(ctx -> land(ctx, "flights", new SourceFiles(ctx.get(data)).json("flights-20k.json")));
        TaskRef<Extracted> rawStrikes = flights.task("extract-strikes", Extracted.class)
                .retry(patiently)
                .timeout(Duration.ofMinutes(5))
                .run(ctx -> land(ctx, "strikes", new SourceFiles(ctx.get(data)).csv("birdstrikes.csv")));
        TaskRef<@Nullable Void> tables = flights.task("create-result-tables")
                .retry(RetryPolicy.attempts(3).fixed(Duration.ofSeconds(1)))
                .run(ctx -> summaries().createTables());

        TaskRef<Transformed> airports = flights.task("transform-airports", Transformed.class)
                .from(rawAirports)
                .run((ctx, raw) -> transform(ctx, raw, Records::airport));
        TaskRef<Transformed> validFlights = flights.task("transform-flights", Transformed.class)
                .from(rawFlights, airports)
                .run((ctx, raw, known) -> transform(ctx, raw, Records.flights(airports(ctx))));
        TaskRef<Transformed> validStrikes = flights.task("transform-strikes", Transformed.class)
                .from(rawStrikes, airports)
                .run((ctx, raw, known) -> transform(ctx, raw, Records.strikes(StrikeAirports.bundled())));

        TaskRef<Long> perAirport = flights.task("sum-up-airports", Long.class)
                .after(tables)
                .from(validFlights, validStrikes)
                .run((ctx, flown, struck) -> summaries().perAirport(ctx));
        TaskRef<Long> perState = flights.task("sum-up-states", Long.class)
                .after(tables)
                .from(validFlights, validStrikes)
                .run((ctx, flown, struck) -> summaries().perState(ctx));

        report = flights.task("report", FlightReport.class)
                .after(perAirport, perState)
                .from(airports, validFlights, validStrikes)
                .run((ctx, a, f, s) -> report(ctx, List.of(a, f, s), ctx.get(top), ctx.get(reports)));
        pipeline = flights.build();
    }

    private Extracted land(TaskContext ctx, String source, Stream<?> records) {
        return new Extracted(source, RawData.in(store.get()).land(ctx, source, records));
    }

    private Transformed transform(TaskContext ctx, Extracted raw, Function<Validation, ?> reader) {
        return new Transformation(store.get()).transform(ctx, raw.source(), reader);
    }

    private KnownAirports airports(TaskContext ctx) {
        return KnownAirports.read(store.get(), ctx.runId());
    }

    private Summaries summaries() {
        return new Summaries(store.get().dataSource());
    }

    private FlightReport report(TaskContext ctx, List<Transformed> sources, int top, String folder) throws Exception {
        ReportQueries queries = new ReportQueries(store.get().dataSource());
        FlightReport result =
                new FlightReport(sources, queries.airports(ctx.runId(), top), queries.states(ctx.runId(), top));
        reportFile.write(ctx.runId(), result, folder);
        return result;
    }

    /**
     * The pipeline.
     *
     * @return the pipeline
     */
    public Pipeline pipeline() {
        return pipeline;
    }

    /**
     * Prints the report of a run of this pipeline, if it has one.
     *
     * @param run how the run ended
     * @param out where to write
     */
    public void finished(RunReport run, PrintWriter out) {
        if (run.pipeline().equals(pipeline.name()) && run.state() == RunState.SUCCEEDED) {
            ReportTables.print(run.output(report), out);
            reportFile.find(run.id()).ifPresent(file -> out.println("the same for the browser: " + file.toUri()));
        }
    }
}
