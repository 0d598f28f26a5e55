package etl.core;

import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a task that is mapped over the elements of lists can be told before its code. Each element is a task run of its
 * own, with its {@linkplain TaskContext#mapIndex() map index}, state, attempts and output. All elements have their turn,
 * whatever becomes of the others; the task as a whole is FAILED if one of them has failed, SKIPPED if all were skipped,
 * and SUCCEEDED otherwise, also without any element. Not safe for use by many threads.
 *
 * @param <R> the type of one element's output
 * @param <S> the builder itself
 */
public abstract class MappedBuilder<R extends @Nullable Object, S extends MappedBuilder<R, S>> {
    private final TaskBuilder<R> task;
    private final Mapping.Kind kind;
    private final List<TaskRef<?>> lists;
    private final List<? extends List<?>> fixed;
    private OptionalInt atOnce = OptionalInt.empty();

    MappedBuilder(TaskBuilder<R> task, Mapping.Kind kind, List<TaskRef<?>> lists, List<? extends List<?>> fixed) {
        this.task = task;
        this.kind = kind;
        this.lists = lists;
        this.fixed = fixed;
    }

    abstract S self();

    /**
     * Limits how many elements are under way at once, those that wait for their next attempt included.
     *
     * @param elements at least 1; default: as many as the run may execute at once
     * @return this builder
     * @throws IllegalArgumentException if the number is less than 1
     */
    public S atOnce(int elements) {
        atOnce = OptionalInt.of(Checks.atLeastOne(elements, "atOnce"));
        return self();
    }

    TaskRef<List<R>> add(TaskBody body) {
        return task.addMapped(kind, fixed, atOnce, lists, body);
    }

    /**
     * A task that is mapped over one list, which lacks its code only.
     *
     * @param <A> the type of the elements
     * @param <R> the type of one element's output
     */
    public static final class Over1<A extends @Nullable Object, R extends @Nullable Object>
            extends MappedBuilder<R, Over1<A, R>> {
        Over1(TaskBuilder<R> task, List<TaskRef<?>> lists, List<? extends List<?>> fixed) {
            super(task, Mapping.Kind.LIST, lists, fixed);
        }

        @Override
        Over1<A, R> self() {
            return this;
        }

        /**
         * Adds the task to the pipeline.
         *
         * @param code the code, executed for each element
         * @return the reference to the outputs, in the order of the elements, without those that were skipped
         */
        public TaskRef<List<R>> run(Task1<? super A, ? extends R> code) {
            return add((context, inputs) -> code.execute(context, inputs.<A>get(0)));
        }
    }

    /**
     * A task that is mapped over two lists, which lacks its code only.
     *
     * @param <A> the type of the elements of the first list
     * @param <B> the type of the elements of the second list
     * @param <R> the type of one element's output
     */
    public static final class Over2<A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
            extends MappedBuilder<R, Over2<A, B, R>> {
        Over2(TaskBuilder<R> task, Mapping.Kind kind, List<TaskRef<?>> lists) {
            super(task, kind, lists, List.of());
        }

        @Override
        Over2<A, B, R> self() {
            return this;
        }

        /**
         * Adds the task to the pipeline.
         *
         * @param code the code, executed for each pair
         * @return the reference to the outputs, in the order of the pairs, without those that were skipped
         */
        public TaskRef<List<R>> run(Task2<? super A, ? super B, ? extends R> code) {
            return add((context, inputs) -> code.execute(context, inputs.<A>get(0), inputs.<B>get(1)));
        }
    }
}
