package etl.core;

import java.lang.reflect.Type;
import java.util.List;
import java.util.OptionalInt;

/**
 * How a task is mapped over the elements of lists: over one list, over the pairs of two lists in their order, or over all
 * combinations of two.
 *
 * @param kind how the lists become elements
 * @param fixed the list itself if it is known when the pipeline is declared, else the lists are the task's inputs
 * @param atOnce how many elements may be under way at once, or empty for no limit of their own
 * @param elementType the declared type of one element's output
 */
record Mapping(Kind kind, List<? extends List<?>> fixed, OptionalInt atOnce, Type elementType) {
    enum Kind {
        LIST,
        ZIP,
        PRODUCT
    }

    boolean isFixed() {
        return !fixed.isEmpty();
    }
}
