package etl.engines.cli;

import etl.core.Etl;
import etl.core.EtlBuilder;
import etl.core.InMemoryStateStore;
import etl.core.spi.RunListener;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** An application with a command line, whose runs are kept in memory. */
abstract class Application implements EtlHost {
    private final InMemoryStateStore store;

    Application(InMemoryStateStore store) {
        this.store = store;
    }

    /** What a command has left behind: its exit code, and what it has printed. */
    record Result(int code, String out, String err) {}

    Result execute(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
            int code = EtlCli.execute(this, arguments);
            return new Result(
                    code, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    @Override
    public String command() {
        return "orders";
    }

    @Override
    public String mainClass() {
        return "com.example.Main";
    }

    @Override
    public Etl open(Purpose purpose, List<RunListener> listeners) {
        EtlBuilder builder = Etl.builder().store(store);
        listeners.forEach(builder::listener);
        return builder.build();
    }

    @Override
    public Map<String, String> stepEnvironment() {
        return Map.of();
    }

    @Override
    public Path workFolder() {
        return Path.of("unused");
    }
}
