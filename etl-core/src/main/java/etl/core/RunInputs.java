package etl.core;

import etl.core.spi.RunJournal;
import etl.core.spi.RunLostException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the code of the task runs of one run reads: outputs and states of other tasks. Safe for use by many threads. */
final class RunInputs {
    private final RunScope scope;
    private final RunJournal journal;
    private final TaskTable table;
    private final Consumer<RunLostException> lost;
    private final TaskBody.Inputs none = new OfTask(new int[0]);

    RunInputs(RunScope scope, RunJournal journal, TaskTable table, Consumer<RunLostException> lost) {
        this.scope = scope;
        this.journal = journal;
        this.table = table;
        this.lost = lost;
    }

    TaskBody.Inputs of(TaskRun taskRun) {
        if (taskRun.isElement()) {
            return new OfElement(taskRun);
        }
        int task = taskRun.task();
        Pipeline pipeline = scope.pipeline();
        return pipeline.columns().reads(task) ? new OfTask(pipeline.inputs(task)) : none;
    }

    /** The output of a task that has SUCCEEDED. */
    @Nullable
    Object output(int task) {
        return table.output(task, scope.settings().store(), scope.run().id());
    }

    /** Reading from the store takes its time, and the code of the task must not begin when the run is lost by then. */
    private @Nullable Object input(int task) {
        boolean read = table.isOnlyStored(task);
        Object output = output(task);
        if (read && !journal.isOwner()) {
            RunLostException tooLate =
                    new RunLostException(scope.run().id(), "its owner read the inputs of a task for too long");
            lost.accept(tooLate);
            throw tooLate;
        }
        return output;
    }

    private class OfTask implements TaskBody.Inputs {
        private final int[] sources;

        OfTask(int[] sources) {
            this.sources = sources;
        }

        @Override
        public int size() {
            return sources.length;
        }

        @Override
        @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
        public <T extends @Nullable Object> T get(int position) {
            return (T) input(sources[position]);
        }

        @Override
        public TaskState state(int upstream) {
            return table.state(upstream);
        }

        @Override
        public @Nullable Object output(int upstream) {
            return input(upstream);
        }
    }

    private final class OfElement extends OfTask {
        private final TaskRun element;

        OfElement(TaskRun element) {
            super(scope.pipeline().inputs(element.task()));
            this.element = element;
        }

        @Override
        @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
        public <T extends @Nullable Object> T get(int position) {
            return (T) Objects.requireNonNull(table.mapped(element.task())).argument(element.mapIndex(), position);
        }
    }
}
