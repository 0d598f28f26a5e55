package etl.examples;

import etl.core.Etl;
import etl.core.EtlBuilder;
import etl.core.Pipeline;
import etl.core.RunReport;
import etl.core.spi.RunListener;
import etl.engines.cli.EtlHost;
import etl.engines.cli.PlainProgress;
import etl.examples.flights.FlightsPipeline;
import etl.examples.flights.StrikesPipeline;
import etl.jdbc.JdbcStateStore;
import etl.metrics.Metrics;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The example application: a database, metrics, and three pipelines. */
final class ExampleHost implements EtlHost {
    private final Map<String, String> environment;
    private final Path home;
    private final FlightsPipeline flights;
    private final RetriesPipeline retries = new RetriesPipeline();
    private final StrikesPipeline strikes = new StrikesPipeline();
    private @Nullable ExampleDatabase database;
    private @Nullable JdbcStateStore store;

    ExampleHost(Map<String, String> environment) {
        this.environment = environment;
        this.home = Path.of(environment.getOrDefault("ETL_HOME", ".etl")).toAbsolutePath();
        this.flights = new FlightsPipeline(() -> Objects.requireNonNull(store, "the store is not open"), home);
    }

    @Override
    public String command() {
        return environment.getOrDefault("ETL_COMMAND", "etl");
    }

    @Override
    public String mainClass() {
        return Main.class.getName();
    }

    @Override
    public List<Pipeline> pipelines() {
        return List.of(flights.pipeline(), retries.pipeline(), strikes.pipeline());
    }

    @Override
    public Etl open(Purpose purpose, List<RunListener> listeners) {
        Metrics metrics = purpose == Purpose.RUN ? Metrics.open(environment) : Metrics.openWithoutEndpoint(environment);
        ExampleDatabase opened = ExampleDatabase.open(environment, home);
        database = opened;
        JdbcStateStore jdbc = opened.store(purpose != Purpose.STEP);
        store = jdbc;
        EtlBuilder builder = Etl.builder()
                .store(jdbc)
                .listener(metrics.listener())
                .closing(metrics)
                .closing(opened);
        listeners.forEach(builder::listener);
        return builder.build();
    }

    @Override
    public Map<String, String> stepEnvironment() {
        return Map.of(
                "DATABASE_URL",
                Objects.requireNonNull(database, "the database is not open").url(),
                "ETL_HOME",
                home.toString());
    }

    @Override
    public Path workFolder() {
        return home.resolve("engines");
    }

    @Override
    public RunListener progress(PrintWriter out) {
        return Terminal.isInteractive() ? new ProgressDisplay() : new PlainProgress(out);
    }

    @Override
    public void finished(RunReport report, PrintWriter out) {
        flights.finished(report, out);
        if (database != null) {
            out.println(database.whereTheTablesAre());
        }
    }
}
