package etl.core;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Stands in a log for an exception that tells a secret: the same stacks, the same messages, masked. */
final class MaskedFailure extends Exception {
    private static final long serialVersionUID = 1;

    private MaskedFailure(Throwable original, @Nullable Throwable cause) {
        super(Secret.mask(text(original)), cause);
        setStackTrace(original.getStackTrace());
    }

    /** The failure as a log may show it: itself, unless it tells a secret that was revealed in this process. */
    static Throwable of(Throwable failure) {
        Deque<Throwable> open = new ArrayDeque<>(List.of(failure));
        Set<Throwable> seen = identities();
        while (!open.isEmpty()) {
            Throwable next = open.pop();
            if (seen.add(next)) {
                String text = text(next);
                if (!Secret.mask(text).equals(text)) {
                    return masked(failure, identities());
                }
                open.addAll(List.of(next.getSuppressed()));
                if (next.getCause() != null) {
                    open.add(next.getCause());
                }
            }
        }
        return failure;
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
