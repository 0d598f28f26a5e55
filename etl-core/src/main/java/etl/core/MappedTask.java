package etl.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A mapped task that is being executed: its elements, and which of them comes next. Elements are made ready one by one, so
 * that a long list costs a few columns of memory and no queue.
 */
final class MappedTask {
    private final TaskRun whole;
    private final MappedElements arguments;
    private final TaskRuns elements;
    private final boolean restored;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger roomMade = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();

    MappedTask(TaskRun whole, MappedElements arguments, TaskRuns elements, boolean restored) {
        this.whole = whole;
        this.arguments = arguments;
        this.elements = elements;
        this.restored = restored;
    }

    TaskRun whole() {
        return whole;
    }

    TaskRuns elements() {
        return elements;
    }

    /** The next element that has not begun, each handed out once. */
    OptionalInt takeNext() {
        int index = next.getAndIncrement();
        while (index < elements.size()) {
            if (!elements.state(index).isFinal()) {
                return OptionalInt.of(index);
            }
            index = next.getAndIncrement();
        }
        next.set(elements.size());
        return OptionalInt.empty();
    }

    /** An element has made room for the next one before its end. */
    void roomMade() {
        roomMade.getAndIncrement();
    }

    /** Of the ends of elements, as many find room made as have made it before. */
    boolean takeRoomMade() {
        return roomMade.getAndUpdate(made -> Math.max(0, made - 1)) > 0;
    }

    @Nullable
    Object argument(int index, int position) {
        return arguments.get(index, position);
    }

    /** True for the one caller that ends the task as a whole: when all elements have ended. */
    boolean end() {
        return elements.isAllFinal() && over.compareAndSet(false, true);
    }

    boolean isOver() {
        return over.get();
    }

    TaskState state() {
        if (elements.anyFailed()) {
            return TaskState.FAILED;
        }
        if (elements.anyCancelled()) {
            return TaskState.CANCELLED;
        }
        return elements.size() == 0 || elements.anySucceeded() ? TaskState.SUCCEEDED : TaskState.SKIPPED;
    }

    /** The outputs of the elements that succeeded; those of an earlier execution are still in the store. */
    Object output() {
        if (restored) {
            return new StoredOutput();
        }
        List<@Nullable Object> outputs = new ArrayList<>(elements.size());
        for (int index = 0; index < elements.size(); index++) {
            if (elements.state(index) == TaskState.SUCCEEDED) {
                TaskRun element = elements.get(index);
                outputs.add(element.output());
                element.output(null);
            }
        }
        return Collections.unmodifiableList(outputs);
    }

    /** Why the task as a whole is not SUCCEEDED. */
    Throwable failure(String taskId, TaskState state) {
        if (state == TaskState.SKIPPED) {
            return new TaskSkippedException("all " + elements.size() + " elements were skipped");
        }
        int failed = 0;
        int first = -1;
        for (int index = 0; index < elements.size(); index++) {
            if (elements.state(index) == TaskState.FAILED) {
                failed++;
                first = first < 0 ? index : first;
            }
        }
        Throwable cause = first < 0 ? null : elements.get(first).failure();
        return cause == null
                ? new TaskCancelledException(taskId)
                : new MappedTaskException(taskId, failed, elements.size(), first, cause);
    }
}
