package etl.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The elements over which one mapped task runs, without a copy of them. */
final class MappedElements {
    private final Mapping.Kind kind;
    private final List<? extends List<?>> lists;
    private final int size;

    private MappedElements(Mapping.Kind kind, List<? extends List<?>> lists) {
        this.kind = kind;
        this.lists = lists;
        this.size = size(kind, lists);
    }

    /**
     * The elements of a task.
     *
     * @throws IllegalArgumentException if an input is null, if two lists that go in step are not equally long, or if there
     *     are more combinations than an int can count
     */
    static MappedElements of(Mapping mapping, TaskBody.Inputs inputs) {
        if (mapping.isFixed()) {
            return new MappedElements(mapping.kind(), mapping.fixed());
        }
        List<List<?>> lists = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            List<?> list = inputs.<@Nullable List<?>>get(i);
            if (list == null) {
                throw new IllegalArgumentException("the task cannot be mapped: input " + (i + 1)
                        + " is null and not a list; return an empty list");
            }
            lists.add(list);
        }
        return new MappedElements(mapping.kind(), lists);
    }

    private static int size(Mapping.Kind kind, List<? extends List<?>> lists) {
        int first = lists.get(0).size();
        return switch (kind) {
            case LIST -> first;
            case ZIP -> {
                int second = lists.get(1).size();
                if (first != second) {
                    throw new IllegalArgumentException("the task cannot be mapped: the lists that go in step have "
                            + first + " and " + second + " elements; make them equally long");
                }
                yield first;
            }
            case PRODUCT -> {
                long all = (long) first * lists.get(1).size();
                if (all > Integer.MAX_VALUE - 8) {
                    throw new IllegalArgumentException(
                            "the task cannot be mapped: " + all + " combinations are too many; map over fewer");
                }
                yield (int) all;
            }
        };
    }

    int size() {
        return size;
    }

    /** The argument of an element's code at a position, 0 or 1. */
    @Nullable
    Object get(int index, int position) {
        return switch (kind) {
            case LIST -> lists.get(0).get(index);
            case ZIP -> lists.get(position).get(index);
            case PRODUCT -> {
                int second = lists.get(1).size();
                yield lists.get(position).get(position == 0 ? index / second : index % second);
            }
        };
    }
}
