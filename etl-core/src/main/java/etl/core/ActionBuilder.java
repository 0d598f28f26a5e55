package etl.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Declares one task without an output; ends with {@code run}. Not safe for use by many threads. */
public final class ActionBuilder extends TaskOptions<ActionBuilder> {
    ActionBuilder(PipelineBuilder pipeline, String id) {
        super(pipeline, id);
    }

    @Override
    ActionBuilder self() {
        return this;
    }

    /**
     * Adds the task to the pipeline.
     *
     * @param action the code
     * @return the reference that other tasks use
     */
    public TaskRef<@Nullable Void> run(Action action) {
        return add(List.of(), (context, inputs) -> {
            action.execute(context);
            return null;
        });
    }

    /**
     * Takes the outputs of one other task as inputs.
     *
     * @param first a task of the same pipeline
     * @param <A> the type of its output
     * @return the declaration with its inputs
     */
    public <A extends @Nullable Object> From1<A> from(TaskRef<A> first) {
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
    public <A extends @Nullable Object, B extends @Nullable Object> From2<A, B> from(
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
    public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object> From3<A, B, C> from(
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
            From4<A, B, C, D> from(TaskRef<A> first, TaskRef<B> second, TaskRef<C> third, TaskRef<D> fourth) {
        return new From4<>(this, List.of(first, second, third, fourth));
    }

    private TaskRef<@Nullable Void> add(List<TaskRef<?>> inputs, TaskBody body) {
        pipeline.add(declare(Void.class, inputs, body));
        return new TaskRef<>(pipeline, id, Void.class);
    }

    /**
     * A task with 1 input, which lacks its code only.
     *
     * @param <A> the type of the first input
     */
    public static final class From1<A extends @Nullable Object> {
        private final ActionBuilder task;
        private final List<TaskRef<?>> refs;

        private From1(ActionBuilder task, List<TaskRef<?>> refs) {
            this.task = task;
            this.refs = refs;
        }

        /**
         * Adds the task to the pipeline.
         *
         * @param code the code
         * @return the reference that other tasks use
         */
        public TaskRef<@Nullable Void> run(Action1<? super A> code) {
            return task.add(refs, (context, inputs) -> {
                code.execute(context, inputs.<A>get(0));
                return null;
            });
        }
    }

    /**
     * A task with 2 inputs, which lacks its code only.
     *
     * @param <A> the type of the first input
     * @param <B> the type of the second input
     */
    public static final class From2<A extends @Nullable Object, B extends @Nullable Object> {
        private final ActionBuilder task;
        private final List<TaskRef<?>> refs;

        private From2(ActionBuilder task, List<TaskRef<?>> refs) {
            this.task = task;
            this.refs = refs;
        }

        /**
         * Adds the task to the pipeline.
         *
         * @param code the code
         * @return the reference that other tasks use
         */
        public TaskRef<@Nullable Void> run(Action2<? super A, ? super B> code) {
            return task.add(refs, (context, inputs) -> {
                code.execute(context, inputs.<A>get(0), inputs.<B>get(1));
                return null;
            });
        }
    }

    /**
     * A task with 3 inputs, which lacks its code only.
     *
     * @param <A> the type of the first input
     * @param <B> the type of the second input
     * @param <C> the type of the third input
     */
    public static final class From3<
            A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object> {
        private final ActionBuilder task;
        private final List<TaskRef<?>> refs;

        private From3(ActionBuilder task, List<TaskRef<?>> refs) {
            this.task = task;
            this.refs = refs;
        }

        /**
         * Adds the task to the pipeline.
         *
         * @param code the code
         * @return the reference that other tasks use
         */
        public TaskRef<@Nullable Void> run(Action3<? super A, ? super B, ? super C> code) {
            return task.add(refs, (context, inputs) -> {
                code.execute(context, inputs.<A>get(0), inputs.<B>get(1), inputs.<C>get(2));
                return null;
            });
        }
    }

    /**
     * A task with 4 inputs, which lacks its code only.
     *
     * @param <A> the type of the first input
     * @param <B> the type of the second input
     * @param <C> the type of the third input
     * @param <D> the type of the fourth input
     */
    public static final class From4<
            A extends @Nullable Object,
            B extends @Nullable Object,
            C extends @Nullable Object,
            D extends @Nullable Object> {
        private final ActionBuilder task;
        private final List<TaskRef<?>> refs;

        private From4(ActionBuilder task, List<TaskRef<?>> refs) {
            this.task = task;
            this.refs = refs;
        }

        /**
         * Adds the task to the pipeline.
         *
         * @param code the code
         * @return the reference that other tasks use
         */
        public TaskRef<@Nullable Void> run(Action4<? super A, ? super B, ? super C, ? super D> code) {
            return task.add(refs, (context, inputs) -> {
                code.execute(context, inputs.<A>get(0), inputs.<B>get(1), inputs.<C>get(2), inputs.<D>get(3));
                return null;
            });
        }
    }
}
