package etl.core;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Many references by index, each changed atomically, at first null. They are in parts, since a garbage collector puts a large
 * array among its old objects at once and has to be told of each new object that is stored there: G1 if the array takes half
 * a region, which may be as small as a megabyte. Safe for use by many threads.
 *
 * @param <E> what is referred to
 */
final class References<E extends @Nullable Object> {
    private static final int PART_BITS = 14;
    private static final int PART = 1 << PART_BITS;

    private final int length;
    private final AtomicReferenceArray<E>[] parts;

    @SuppressWarnings({"unchecked", "rawtypes"}) // No array of a generic type can be made otherwise.
    References(int length) {
        this.length = length;
        this.parts = new AtomicReferenceArray[(length + PART - 1) >>> PART_BITS];
        for (int part = 0; part < parts.length; part++) {
            parts[part] = new AtomicReferenceArray<>(Math.min(PART, length - (part << PART_BITS)));
        }
    }

    int length() {
        return length;
    }

    E get(int index) {
        return part(index).get(place(index));
    }

    void set(int index, E value) {
        part(index).set(place(index), value);
    }

    boolean compareAndSet(int index, E expected, E value) {
        return part(index).compareAndSet(place(index), expected, value);
    }

    /** What was there before; if that is what was expected, the value is there now. */
    E compareAndExchange(int index, E expected, E value) {
        return part(index).compareAndExchange(place(index), expected, value);
    }

    private AtomicReferenceArray<E> part(int index) {
        return parts[index >>> PART_BITS];
    }

    private static int place(int index) {
        return index & (PART - 1);
    }
}
