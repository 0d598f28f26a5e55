package etl.core;

/** The process that runs a task has no environment variable of the name that a {@link Secret} refers to. */
public final class SecretUnavailableException extends NotRetryableException {
    SecretUnavailableException(String variable) {
        super("environment variable " + variable
                + ", which a secret refers to, is not set in this process; set it where the" + " task runs");
    }
}
