package etl.core;

import java.util.ArrayList;
import java.util.List;
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

    private static final RunOptions NONE = new RunOptions(null, null, false);

    private final @Nullable String runKey;
    private final @Nullable DataInterval data;
    private final boolean refreshesCache;

    private RunOptions(@Nullable String runKey, @Nullable DataInterval data, boolean refreshesCache) {
        this.runKey = runKey;
        this.data = data;
        this.refreshesCache = refreshesCache;
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
        return new RunOptions(newKey, data, refreshesCache);
    }

    private static boolean isRefused(int codePoint) {
        return codePoint == 0 || Character.getType(codePoint) == Character.SURROGATE;
    }

    /**
     * Says which stretch of time the run works on; its tasks read it by {@link TaskContext#dataInterval()}.
     *
     * @param interval the interval
     * @return a copy with this interval
     */
    public RunOptions dataInterval(DataInterval interval) {
        return new RunOptions(runKey, Objects.requireNonNull(interval, "interval"), refreshesCache);
    }

    /**
     * Computes the outputs of all tasks with a {@link Cache} anew and replaces those that are there, for this run and, if it
     * is resumed, for the rest of it.
     *
     * @return a copy that does so
     */
    public RunOptions refreshCache() {
        return new RunOptions(runKey, data, true);
    }

    /**
     * The run key.
     *
     * @return the key, or empty for a run without one
     */
    public Optional<String> runKey() {
        return Optional.ofNullable(runKey);
    }

    /**
     * The stretch of time that the run works on.
     *
     * @return the interval, or empty for none
     */
    public Optional<DataInterval> dataInterval() {
        return Optional.ofNullable(data);
    }

    /**
     * Whether cached outputs are computed anew.
     *
     * @return true after {@link #refreshCache()}
     */
    public boolean refreshesCache() {
        return refreshesCache;
    }

    @Override
    public String toString() {
        List<String> options = new ArrayList<>();
        runKey().ifPresent(key -> options.add("key " + Quoted.of(key)));
        dataInterval().ifPresent(interval -> options.add("data interval " + interval));
        if (refreshesCache) {
            options.add("refreshed cache");
        }
        return options.isEmpty() ? "no options" : String.join(", ", options);
    }
}
