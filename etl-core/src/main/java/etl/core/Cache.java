package etl.core;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When the output of a task is reused instead of computed again, by any run on the same store: when everything that the
 * output depends on is the same. That is the pipeline's name, the task's id, the type of its output, the version of its
 * code, its inputs (for a mapped task those of each element), all arguments of the run and its data interval, and what
 * {@link #input} adds. Each method returns a changed copy. Immutable and safe for use by many threads.
 *
 * <p>While it is executed, a task with a cache may read nothing of its {@link TaskContext} that does not count, but ids and
 * numbers of the run: it fails if it reads an argument that {@link #arguments} leaves out, or the state or output of an
 * upstream task that is neither an input nor named in {@link #reads}.
 *
 * <p>Defaults: no time to live, all arguments count. Whether a task has a cache, and which, is no part of the pipeline's
 * {@linkplain Pipeline#fingerprint() fingerprint}.
 */
public final class Cache {
    private static final int LONGEST_VERSION = 1_000;

    private final String version;
    private final Optional<Duration> ttl;
    private final Optional<Set<Parameter<?>>> arguments;
    private final Set<TaskRef<?>> reads;
    private final Map<String, CacheFunction> inputs;
    private final @Nullable CacheFunction key;

    private Cache(
            String version,
            Optional<Duration> ttl,
            Optional<Set<Parameter<?>>> arguments,
            Set<TaskRef<?>> reads,
            Map<String, CacheFunction> inputs,
            @Nullable CacheFunction key) {
        this.version = version;
        this.ttl = ttl;
        this.arguments = arguments;
        this.reads = reads;
        this.inputs = inputs;
        this.key = key;
        if (key != null && (arguments.isPresent() || !reads.isEmpty())) {
            throw new IllegalStateException(
                    "key(..) says everything that counts; remove it, or remove arguments(..) and reads(..)");
        }
    }

    /**
     * A cache of what this version of the code computes.
     *
     * @param version changed by hand whenever the code has changed so that it returns something else; any text of 1 to 1,000
     *     characters
     * @return the cache
     * @throws IllegalArgumentException if the version is blank or too long
     */
    public static Cache version(String version) {
        if (version.isBlank() || version.length() > LONGEST_VERSION) {
            throw new IllegalArgumentException("the version of a cache has 1 to " + LONGEST_VERSION
                    + " characters and is not blank, was " + Quoted.of(version));
        }
        return new Cache(version, Optional.empty(), Optional.empty(), Set.of(), Map.of(), null);
    }

    /**
     * Limits how long an output is reused.
     *
     * @param length the time from its computing on, by the clock of the store; positive; default no limit
     * @return the changed copy
     * @throws IllegalArgumentException if the time is not positive
     */
    public Cache ttl(Duration length) {
        return new Cache(version, Optional.of(Checks.positive(length, "ttl")), arguments, reads, inputs, key);
    }

    /**
     * Says which arguments count; the others, and the data interval, do not, and the task cannot read them.
     *
     * @param parameters parameters of the pipeline, perhaps none
     * @return the changed copy
     * @throws IllegalStateException if there is an explicit key
     */
    public Cache arguments(Parameter<?>... parameters) {
        Set<Parameter<?>> counting = Collections.unmodifiableSet(new LinkedHashSet<>(List.of(parameters)));
        return new Cache(version, ttl, Optional.of(counting), reads, inputs, key);
    }

    /**
     * Lets upstream tasks count that are no inputs: their states and outputs, which the task reads by
     * {@link TaskContext#state} and {@link TaskContext#output}.
     *
     * @param upstream direct upstream tasks of the task; its trigger rule must let it start only when they have ended
     * @return the changed copy
     * @throws IllegalStateException if there is an explicit key
     */
    public Cache reads(TaskRef<?>... upstream) {
        Set<TaskRef<?>> more = new LinkedHashSet<>(reads);
        more.addAll(List.of(upstream));
        return new Cache(version, ttl, arguments, Collections.unmodifiableSet(more), inputs, key);
    }

    /**
     * Lets something count that the task reads elsewhere, such as {@link FileFingerprint} of a file.
     *
     * @param name what it is, for people; the same name replaces
     * @param value finds out what it is now, before the task is executed
     * @return the changed copy
     */
    public Cache input(String name, CacheFunction value) {
        Map<String, CacheFunction> more = new LinkedHashMap<>(inputs);
        more.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
        return new Cache(version, ttl, arguments, reads, Collections.unmodifiableMap(more), key);
    }

    /**
     * Replaces inputs, arguments and data interval by a key of one's own, so that the task may read everything. What
     * {@link #input} names counts too, and so does the element of a mapped task.
     *
     * @param newKey computes the key before the task is executed
     * @return the changed copy
     * @throws IllegalStateException if {@link #arguments} or {@link #reads} was called
     */
    public Cache key(CacheFunction newKey) {
        return new Cache(version, ttl, arguments, reads, inputs, Objects.requireNonNull(newKey, "key"));
    }

    String version() {
        return version;
    }

    Optional<Duration> ttl() {
        return ttl;
    }

    Optional<Set<Parameter<?>>> countedArguments() {
        return arguments;
    }

    Set<TaskRef<?>> countedUpstream() {
        return reads;
    }

    Map<String, CacheFunction> inputs() {
        return inputs;
    }

    @Nullable
    CacheFunction ownKey() {
        return key;
    }

    @Override
    public String toString() {
        return "cache of version " + Quoted.of(version);
    }
}
