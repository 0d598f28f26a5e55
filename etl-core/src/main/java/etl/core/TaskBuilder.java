package etl.core;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Declares one task with an output; ends with {@code run}. Not safe for use by many threads.
 *
 * @param <R> the type of the output
 */
public final class TaskBuilder<R extends @Nullable Object> extends TaskOptions<TaskBuilder<R>> {
    private final Type outputType;

    TaskBuilder(PipelineBuilder pipeline, String id, Type outputType) {
        super(pipeline, id);
        this.outputType = outputType;
    }

    @Override
    TaskBuilder<R> self() {
        return this;
    }

    /**
     * Adds the task to the pipeline.
     *
     * @param task the code
     * @return the reference that other tasks and the report use
     */
    public TaskRef<R> run(Task<? extends R> task) {
        return add(List.of(), (context, inputs) -> task.execute(context));
    }

    /**
     * Takes the outputs of one other task as inputs.
     *
     * @param first a task of the same pipeline
     * @param <A> the type of its output
     * @return the declaration with its inputs
     */
    public <A extends @Nullable Object> From1<A, R> from(TaskRef<A> first) {
        return new From1<>(this, List.of(first));
    }

    /**
     * Takes the outputs of two other tasks as inputs.
     *
     * @param first a task of the same pipeline
     * @param second a task of the same pipeline
     * @param <A> the type of its output
     * @param <B> the type of its output
     * @return the declaration with its inputs
     */
    public <A extends @Nullable Object, B extends @Nullable Object> From2<A, B, R> from(
            TaskRef<A> first, TaskRef<B> second) {
        return new From2<>(this, List.of(first, second));
    }

    /**
     * Takes the outputs of three other tasks as inputs.
     *
     * @param first a task of the same pipeline
     * @param second a task of the same pipeline
     * @param third a task of the same pipeline
     * @param <A> the type of its output
     * @param <B> the type of its output
     * @param <C> the type of its output
     * @return the declaration with its inputs
     */
    public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object> From3<A, B, C, R> from(
            TaskRef<A> first, TaskRef<B> second, TaskRef<C> third) {
        return new From3<>(this, List.of(first, second, third));
    }

    /**
     * Takes the outputs of four other tasks as inputs.
     *
     * @param first a task of the same pipeline
     * @param second a task of the same pipeline
     * @param third a task of the same pipeline
     * @param fourth a task of the same pipeline
     * @param <A> the type of its output
     * @param <B> the type of its output
     * @param <C> the type of its output
     * @param <D> the type of its output
     * @return the declaration with its inputs
     */
    public <
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    C extends @Nullable Object,
                    D extends @Nullable Object>
            From4<A, B, C, D, R> from(TaskRef<A> first, TaskRef<B> second, TaskRef<C> third, TaskRef<D> fourth) {
        return new From4<>(this, List.of(first, second, third, fourth));
    }

    /**
     * Takes the outputs of any number of tasks of one type as a list, in the order given.
     *
     * @param tasks tasks of the same pipeline
     * @param <A> the type of their outputs
     * @return the declaration with its inputs
     */
    public <A extends @Nullable Object> FromAll<A, R> fromAll(List<TaskRef<A>> tasks) {
        return new FromAll<>(this, List.copyOf(tasks));
    }

    /**
     * Runs the task once for each element of a list that another task returns.
     *
     * @param list a task of the same pipeline that returns a list
     * @param <A> the type of the elements
     * @return the declaration, which ends with {@code run}
     */
    public <A extends @Nullable Object> MappedBuilder.Over1<A, R> mapOver(TaskRef<? extends List<A>> list) {
        return new MappedBuilder.Over1<>(this, List.of(list), List.of());
    }

    /**
     * Runs the task once for each element of a list that is known now.
     *
     * @param list the elements; copied
     * @param <A> the type of the elements
     * @return the declaration, which ends with {@code run}
     */
    public <A> MappedBuilder.Over1<A, R> mapOver(List<A> list) {
        return new MappedBuilder.Over1<>(this, List.of(), List.of(List.copyOf(list)));
    }

    /**
     * Runs the task once for each pair of elements at the same place of two lists, which must be equally long.
     *
     * @param first a task of the same pipeline that returns a list
     * @param second a task of the same pipeline that returns a list
     * @param <A> the type of the elements of the first list
     * @param <B> the type of the elements of the second list
     * @return the declaration, which ends with {@code run}
     */
    public <A extends @Nullable Object, B extends @Nullable Object> MappedBuilder.Over2<A, B, R> mapOverZip(
            TaskRef<? extends List<A>> first, TaskRef<? extends List<B>> second) {
        return new MappedBuilder.Over2<>(this, Mapping.Kind.ZIP, List.of(first, second));
    }

    /**
     * Runs the task once for each combination of an element of the first list and one of the second, in the order of the
     * first and within it of the second.
     *
     * @param first a task of the same pipeline that returns a list
     * @param second a task of the same pipeline that returns a list
     * @param <A> the type of the elements of the first list
     * @param <B> the type of the elements of the second list
     * @return the declaration, which ends with {@code run}
     */
    public <A extends @Nullable Object, B extends @Nullable Object> MappedBuilder.Over2<A, B, R> mapOverProduct(
            TaskRef<? extends List<A>> first, TaskRef<? extends List<B>> second) {
        return new MappedBuilder.Over2<>(this, Mapping.Kind.PRODUCT, List.of(first, second));
    }

    TaskRef<List<R>> addMapped(
            Mapping.Kind kind,
            List<? extends List<?>> fixed,
            OptionalInt atOnce,
            List<TaskRef<?>> lists,
            TaskBody body) {
        Type listType = new ListType(outputType);
        Mapping mapping = new Mapping(kind, fixed, atOnce, outputType);
        pipeline.add(declare(listType, Optional.of(mapping), lists, body));
        return new TaskRef<>(pipeline, id, listType);
    }

    private TaskRef<R> add(List<? extends TaskRef<?>> inputs, TaskBody body) {
        pipeline.add(declare(outputType, List.copyOf(inputs), body));
        return new TaskRef<>(pipeline, id, outputType);
    }

    /**
     * A task with 1 input, which lacks its code only.
     *
     * @param <A> the type of the first input
     * @param <R> the type of the output
     */
    public static final class From1<A extends @Nullable Object, R extends @Nullable Object> {
        private final TaskBuilder<R> task;
        private final List<TaskRef<?>> refs;

        private From1(TaskBuilder<R> task, List<TaskRef<?>> refs) {
            this.task = task;
            this.refs = refs;
        }

        /**
         * Adds the task to the pipeline.
         *
         * @param code the code
         * @return the reference that other tasks and the report use
         */
        public TaskRef<R> run(Task1<? super A, ? extends R> code) {
            return task.add(refs, (context, inputs) -> code.execute(context, inputs.<A>get(0)));
        }
    }

    /**
     * A task with 2 inputs, which lacks its code only.
     *
     * @param <A> the type of the first input
     * @param <B> the type of the second input
     * @param <R> the type of the output
     */
    public static final class From2<
            A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object> {
        private final TaskBuilder<R> task;
        private final List<TaskRef<?>> refs;

        private From2(TaskBuilder<R> task, List<TaskRef<?>> refs) {
            this.task = task;
            this.refs = refs;
        }

        /**
         * Adds the task to the pipeline.
         *
         * @param code the code
         * @return the reference that other tasks and the report use
         */
        public TaskRef<R> run(Task2<? super A, ? super B, ? extends R> code) {
            return task.add(refs, (context, inputs) -> code.execute(context, inputs.<A>get(0), inputs.<B>get(1)));
        }
    }

    /**
     * A task with 3 inputs, which lacks its code only.
     *
     * @param <A> the type of the first input
     * @param <B> the type of the second input
     * @param <C> the type of the third input
     * @param <R> the type of the output
     */
    public static final class From3<
            A extends @Nullable Object,
            B extends @Nullable Object,
            C extends @Nullable Object,
            R extends @Nullable Object> {
        private final TaskBuilder<R> task;
        private final List<TaskRef<?>> refs;

        private From3(TaskBuilder<R> task, List<TaskRef<?>> refs) {
            this.task = task;
            this.refs = refs;
        }

        /**
         * Adds the task to the pipeline.
         *
         * @param code the code
         * @return the reference that other tasks and the report use
         */
        public TaskRef<R> run(Task3<? super A, ? super B, ? super C, ? extends R> code) {
            return task.add(
                    refs,
                    (context, inputs) -> code.execute(context, inputs.<A>get(0), inputs.<B>get(1), inputs.<C>get(2)));
        }
    }

    /**
     * A task with 4 inputs, which lacks its code only.
     *
     * @param <A> the type of the first input
     * @param <B> the type of the second input
     * @param <C> the type of the third input
     * @param <D> the type of the fourth input
     * @param <R> the type of the output
     */
    public static final class From4<
            A extends @Nullable Object,
            B extends @Nullable Object,
            C extends @Nullable Object,
            D extends @Nullable Object,
            R extends @Nullable Object> {
        private final TaskBuilder<R> task;
        private final List<TaskRef<?>> refs;

        private From4(TaskBuilder<R> task, List<TaskRef<?>> refs) {
            this.task = task;
            this.refs = refs;
        }

        /**
         * Adds the task to the pipeline.
         *
         * @param code the code
         * @return the reference that other tasks and the report use
         */
        public TaskRef<R> run(Task4<? super A, ? super B, ? super C, ? super D, ? extends R> code) {
            return task.add(
                    refs,
                    (context, inputs) -> code.execute(
                            context, inputs.<A>get(0), inputs.<B>get(1), inputs.<C>get(2), inputs.<D>get(3)));
        }
    }

    /**
     * A task whose input is the list of many tasks' outputs, which lacks its code only.
     *
     * @param <A> the type of the elements
     * @param <R> the type of the output
     */
    public static final class FromAll<A extends @Nullable Object, R extends @Nullable Object> {
        private final TaskBuilder<R> task;
        private final List<TaskRef<A>> refs;

        private FromAll(TaskBuilder<R> task, List<TaskRef<A>> refs) {
            this.task = task;
            this.refs = refs;
        }

        /**
         * Adds the task to the pipeline.
         *
         * @param code the code
         * @return the reference that other tasks and the report use
         */
        public TaskRef<R> run(Task1<? super List<A>, ? extends R> code) {
            return task.add(refs, (context, inputs) -> {
                List<A> values = new ArrayList<>(inputs.size());
                for (int i = 0; i < inputs.size(); i++) {
                    values.add(inputs.get(i));
                }
                return code.execute(context, values);
            });
        }
    }
}
