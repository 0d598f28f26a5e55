package etl.core;

import java.util.Objects;

/**
 * A run that is wanted, one of many for {@link Etl#submitAll}. Immutable and safe for use by many threads.
 *
 * @param pipeline what to run
 * @param arguments the values of its parameters
 * @param options more about the run, {@link RunOptions#none()} by default
 */
public record RunRequest(Pipeline pipeline, Arguments arguments, RunOptions options) {
    /**
     * A run with options.
     *
     * @param pipeline what to run
     * @param arguments the values of its parameters
     * @param options more about the run
     */
    public RunRequest {
        Objects.requireNonNull(pipeline, "pipeline");
        Objects.requireNonNull(arguments, "arguments");
        Objects.requireNonNull(options, "options");
    }

    /**
     * A run without options.
     *
     * @param pipeline what to run
     * @param arguments the values of its parameters
     */
    public RunRequest(Pipeline pipeline, Arguments arguments) {
        this(pipeline, arguments, RunOptions.none());
    }
}
