package etl.examples;

import etl.engines.cli.EtlCli;

/** Runs the example pipelines; {@code --help} says how. */
public final class Main {
    private Main() {}

    /**
     * Executes a command line and ends the process with its exit code.
     *
     * @param arguments the arguments; none runs the flights pipeline
     */
    public static void main(String[] arguments) {
        System.exit(EtlCli.execute(new ExampleHost(System.getenv()), arguments));
    }
}
