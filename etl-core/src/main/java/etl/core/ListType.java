package etl.core;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The type of a list of elements of a type, equal to what the compiler would have recorded. */
final class ListType implements ParameterizedType {
    private final Type element;

    ListType(Type element) {
        this.element = element;
    }

    @Override
    public Type[] getActualTypeArguments() {
        return new Type[] {element};
    }

    @Override
    public Type getRawType() {
        return List.class;
    }

    @Override
    public @Nullable Type getOwnerType() {
        return null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ParameterizedType type
                && type.getRawType() == List.class
                && type.getOwnerType() == null
                && Arrays.equals(type.getActualTypeArguments(), getActualTypeArguments());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(getActualTypeArguments()) ^ List.class.hashCode();
    }

    @Override
    public String toString() {
        return List.class.getName() + "<" + element.getTypeName() + ">";
    }
}
