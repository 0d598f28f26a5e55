package etl.core.spi;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How long runs are kept after their end; {@link StateStore#purge} deletes the others. Immutable and safe for use by many
 * threads.
 *
 * @param age how long after its end a run is kept; from zero to 36,500 days
 * @param pipeline the only pipeline whose runs may be deleted; empty for all pipelines
 * @param newest how many runs of each pipeline, those that were created last, are kept however old they are; at least 0
 */
public record Retention(Duration age, Optional<String> pipeline, int newest) {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    /**
     * How long runs are kept.
     *
     * @param age how long after its end a run is kept; from zero to 36,500 days
     * @param pipeline the only pipeline whose runs may be deleted; empty for all pipelines
     * @param newest how many runs of each pipeline are kept however old they are; at least 0
     * @throws IllegalArgumentException if the age or the number is out of range
     */
    public Retention {
        Objects.requireNonNull(pipeline, "pipeline");
        if (age.isNegative() || age.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("runs can be kept from 0 to 36,500 days, not for " + age);
        }
        if (newest < 0) {
            throw new IllegalArgumentException("the number of newest runs to keep must not be negative, was " + newest);
        }
    }

    /**
     * Keeps the runs of all pipelines for some time after their end.
     *
     * @param age how long; from zero to 36,500 days
     * @return the retention
     * @throws IllegalArgumentException if the age is out of range
     */
    public static Retention of(Duration age) {
        return new Retention(age, Optional.empty(), 0);
    }

    /**
     * A copy for one pipeline; all runs of others are kept.
     *
     * @param name the pipeline's name, which the application need not have any more
     * @return the copy
     */
    public Retention ofPipeline(String name) {
        return new Retention(age, Optional.of(name), newest);
    }

    /**
     * A copy that keeps the runs of each pipeline that were created last, however old they are.
     *
     * @param runs how many of each pipeline; at least 0; default 0
     * @return the copy
     * @throws IllegalArgumentException if the number is negative
     */
    public Retention keepingNewest(int runs) {
        return new Retention(age, pipeline, runs);
    }
}
