package etl.core;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * A type with its type arguments, such as {@code List<Order>}, kept at run time by an anonymous subclass:
 * {@code new GenericType<List<Order>>() {}}. Immutable and safe for use by many threads.
 *
 * @param <T> the type that is kept
 */
public abstract class GenericType<T extends @Nullable Object> {
    private final Type type;

    /**
     * For the anonymous subclass.
     *
     * @throws IllegalStateException if the type argument is missing
     */
    protected GenericType() {
        if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parameterized)) {
            throw new IllegalStateException(
                    "GenericType needs its type argument: write new GenericType<List<Order>>() {}");
        }
        this.type = parameterized.getActualTypeArguments()[0];
    }

    /**
     * The type with its arguments.
     *
     * @return the reflective type
     */
    public final Type type() {
        return type;
    }
}
