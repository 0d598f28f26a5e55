package etl.core;

import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import org.jspecify.annotations.Nullable;

/** What an operator has done to stored tasks by a {@link Mark}, which is kept as an attempt with who and why as its error. */
final class Marks {
    private Marks() {}

    /** Whether an operator has given the task its state FAILED, so that it must be executed again. */
    static boolean hasFailedByHand(StoredTask row) {
        StoredAttempt mark = lastMark(row);
        return mark != null && mark.state() == TaskState.FAILED;
    }

    /** Whether an operator has given the task an output after another task, which reads it, had begun. */
    static boolean wasGivenSince(StoredTask row, @Nullable StoredTask reader) {
        StoredAttempt mark = lastMark(row);
        if (mark == null || mark.state() != TaskState.SUCCEEDED || reader == null) {
            return false;
        }
        return reader.attempts().stream()
                .filter(attempt -> !isMark(attempt))
                .reduce((former, latter) -> latter)
                .filter(begun -> !mark.startedAt().isBefore(begun.startedAt()))
                .isPresent();
    }

    private static @Nullable StoredAttempt lastMark(StoredTask row) {
        if (!row.byLastAttempt()) {
            return null;
        }
        StoredAttempt last = row.attempts().get(row.attempts().size() - 1);
        return isMark(last) ? last : null;
    }

    private static boolean isMark(StoredAttempt attempt) {
        return attempt.error()
                .filter(error -> error.type().equals(TaskMarkedException.class.getName()))
                .isPresent();
    }
}
