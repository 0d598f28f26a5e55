package etl.core;

import java.util.Comparator;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * A reference to a secret: the name of an environment variable. Arguments, stores, logs and artifacts hold the reference,
 * as {@code env:DB_PASSWORD}; the secret itself is looked up only where {@link #reveal()} is called. Immutable and safe
 * for use by many threads.
 */
public final class Secret {
    private static final String PREFIX = "env:";
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,199}");
    private static final String MASK = "***";
    /** Shorter texts occur everywhere; to mask them would spoil every message and hide nothing. */
    private static final int SHORTEST_MASKED = 4;

    private static final Set<String> REVEALED = ConcurrentHashMap.newKeySet();

    private final String variable;

    private Secret(String variable) {
        this.variable = variable;
    }

    /**
     * The secret in an environment variable.
     *
     * @param variable the variable's name, such as {@code DB_PASSWORD}, which need not be set in this process
     * @return the reference
     * @throws IllegalArgumentException if that is no name of an environment variable; the message does not repeat it,
     *     since it may be the secret
     */
    public static Secret env(String variable) {
        if (!VARIABLE.matcher(Objects.requireNonNull(variable, "variable")).matches()) {
            throw new IllegalArgumentException(
                    "the name of an environment variable has at most 200 letters, digits and '_'; the text given has not,"
                            + " and is not shown because it may be the secret itself");
        }
        return new Secret(variable);
    }

    static Secret parse(String reference) {
        if (!reference.startsWith(PREFIX)) {
            throw new IllegalArgumentException("a reference to a secret begins with " + PREFIX);
        }
        return env(reference.substring(PREFIX.length()));
    }

    /**
     * The name of the environment variable.
     *
     * @return for example {@code DB_PASSWORD}
     */
    public String variable() {
        return variable;
    }

    /**
     * The secret in clear, from the environment of this process. From then on {@link #mask} replaces it.
     *
     * @return the value of the variable
     * @throws SecretUnavailableException if this process has no such variable
     */
    public String reveal() {
        String value = System.getenv(variable);
        if (value == null) {
            throw new SecretUnavailableException(variable);
        }
        if (value.length() >= SHORTEST_MASKED) {
            REVEALED.add(value);
        }
        return value;
    }

    /**
     * Replaces every secret that was revealed in this process by {@code ***}, as the library does with the errors of tasks
     * before it stores or reports them. Secrets of less than 4 characters are left.
     *
     * @param text any text
     * @return the text without secrets
     */
    public static String mask(String text) {
        if (REVEALED.isEmpty()) {
            return text;
        }
        String masked = text;
        for (String value : REVEALED.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList()) {
            masked = masked.replace(value, MASK);
        }
        return masked;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.variable.equals(variable);
    }

    @Override
    public int hashCode() {
        return variable.hashCode();
    }

    /** The reference, never the secret. */
    @Override
    public String toString() {
        return PREFIX + variable;
    }
}
