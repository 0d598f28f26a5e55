package etl.core;

import java.util.function.Predicate;

/** One constraint as code: what the value must be, and whether it is. */
record ParameterCheck<T>(String message, Predicate<? super T> condition) {
    void verify(T value, String shown, ArgumentFaults faults) {
        try {
            if (!condition.test(value)) {
                faults.add(message + ", was " + shown);
            }
        } catch (RuntimeException broken) {
            faults.add(
                    message + ", was " + shown + ", for which the check itself threw "
                            + broken.getClass().getName(),
                    broken);
        }
    }
}
