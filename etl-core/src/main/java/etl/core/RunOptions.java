package etl.core;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the caller of {@link Etl#submit(Pipeline, Arguments, RunOptions)} may ask for beyond the arguments. Immutable and
 * safe for use by many threads.
 */
public final class RunOptions {
    /** The longest run key, in characters. */
    public static final int LONGEST_KEY = 255;

    private static final RunOptions NONE = new RunOptions(null);

    private final @Nullable String runKey;

    private RunOptions(@Nullable String runKey) {
        this.runKey = runKey;
    }

    /**
     * No options: a new run without a key.
     *
     * @return the options
     */
    public static RunOptions none() {
        return NONE;
    }

    /**
     * Makes the start idempotent: of all runs of the pipeline with this key, in all processes on the same store, only
     * the first is started, and every further submit returns that one.
     *
     * @param newKey for example the id of an order or the day of a report; compared as it is, with upper and lower case
     *     and blanks; 1 to {@link #LONGEST_KEY} characters, not all of them blank
     * @return a copy with this key
     * @throws IllegalArgumentException if the key is blank, too long, or holds a NUL character or half of a surrogate
     *     pair, which a database cannot keep
     */
    public RunOptions key(String newKey) {
        Objects.requireNonNull(newKey, "key");
        if (newKey.isBlank()) {
            throw new IllegalArgumentException("a run key must not be blank; leave it out for a run without one");
        }
        if (newKey.length() > LONGEST_KEY) {
            throw new IllegalArgumentException("a run key has at most " + LONGEST_KEY + " characters, this one "
                    + newKey.length() + "; use a hash of it");
        }
        if (newKey.codePoints().anyMatch(RunOptions::isRefused)) {
            throw new IllegalArgumentException(
                    "run key " + Quoted.of(newKey) + " holds a NUL character or half of a surrogate pair; remove it");
        }
        return new RunOptions(newKey);
    }

    private static boolean isRefused(int codePoint) {
        return codePoint == 0 || Character.getType(codePoint) == Character.SURROGATE;
    }

    /**
     * The run key.
     *
     * @return the key, or empty for a run without one
     */
    public Optional<String> runKey() {
        return Optional.ofNullable(runKey);
    }

    @Override
    public String toString() {
        return runKey == null ? "no options" : "key " + Quoted.of(runKey);
    }
}
