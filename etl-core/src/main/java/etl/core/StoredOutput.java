package etl.core;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * In place of an output that is in the store: it is read when it is needed first, perhaps by several threads at once, which then
 * read the same. Safe for use by many threads.
 */
final class StoredOutput {
    private static final Object UNREAD = new Object();

    private volatile @Nullable Object value = UNREAD;

    boolean isRead() {
        return value != UNREAD;
    }

    @Nullable
    Object get(Supplier<@Nullable Object> store) {
        Object known = value;
        if (known == UNREAD) {
            known = store.get();
            value = known;
        }
        return known;
    }
}
