package etl.core;

import etl.core.spi.ErrorInfo;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands in a log for an exception that a log cannot show: it tells a secret, then this has the same stacks and the same
 * messages, masked; or it throws when it is asked, which would go through the logger into the runner.
 */
final class MaskedFailure extends Exception {
    private static final long serialVersionUID = 1;

    private MaskedFailure(Throwable original, @Nullable Throwable cause) {
        super(Secret.mask(text(original)), cause);
        setStackTrace(original.getStackTrace());
    }

    private MaskedFailure(ErrorInfo original) {
        super(original.toString());
        setStackTrace(new StackTraceElement[0]);
    }

    /** The failure as a log may show it: itself, unless it tells a secret that was revealed in this process, or throws. */
    static Throwable of(Throwable failure) {
        try {
            return tellsSecret(failure) ? masked(failure, identities()) : failure;
        } catch (RuntimeException | Error unreadable) {
            return new MaskedFailure(ErrorInfo.of(failure));
        }
    }

    /** Asks what a logger asks. */
    private static boolean tellsSecret(Throwable failure) {
        Deque<Throwable> open = new ArrayDeque<>(List.of(failure));
        Set<Throwable> seen = identities();
        while (!open.isEmpty()) {
            Throwable next = open.pop();
            if (seen.add(next)) {
                String text = text(next);
                if (!Secret.mask(text).equals(text)) {
                    return true;
                }
                Objects.requireNonNull(next.getStackTrace(), next.getMessage());
                open.addAll(List.of(next.getSuppressed()));
                if (next.getCause() != null) {
                    open.add(next.getCause());
                }
            }
        }
        return false;
    }

    /** An exception may be its own cause by a detour; it is followed once. */
    private static Set<Throwable> identities() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private static MaskedFailure masked(Throwable failure, Set<Throwable> seen) {
        seen.add(failure);
        Throwable cause = failure.getCause();
        MaskedFailure masked =
                new MaskedFailure(failure, cause == null || seen.contains(cause) ? null : masked(cause, seen));
        for (Throwable suppressed : failure.getSuppressed()) {
            if (!seen.contains(suppressed)) {
                masked.addSuppressed(masked(suppressed, seen));
            }
        }
        return masked;
    }

    private static String text(Throwable failure) {
        try {
            return String.valueOf(failure);
        } catch (RuntimeException unreadable) {
            return failure.getClass().getName();
        }
    }
}
