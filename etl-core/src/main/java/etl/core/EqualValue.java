package etl.core;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value that is compared by its {@code equals}, arrays by their elements. The hash is that of the moment when this was
 * made: a value that is changed later is not found again.
 */
final class EqualValue {
    private final @Nullable Object value;
    private final int hash;

    EqualValue(@Nullable Object value) {
        this.value = value;
        this.hash = Arrays.deepHashCode(new @Nullable Object[] {value});
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EqualValue that && hash == that.hash && Objects.deepEquals(value, that.value);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
