package etl.core;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** Every task that has come is handed out once. */
class ReadyTasksLincheck {
    private static final int STARTERS = 1;
    private static final int MOST = 4;

    @Test
    void tasks_come_and_go_at_the_same_time() {
        Interleavings.explore(Line.class, 3, 8, 150);
    }

    public static class Line {
        private final ReadyTasks ready = new ReadyTasks(MOST);
        private final AtomicInteger come = new AtomicInteger(STARTERS);
        private final AtomicInteger gone = new AtomicInteger();
        private final AtomicInteger sum = new AtomicInteger();

        public Line() {
            ready.start(new int[] {0});
        }

        @Operation
        public void comes() {
            ready.add(come.getAndIncrement());
        }

        @Operation
        public void goes() {
            took(ready.poll());
        }

        @Operation
        public void starts() {
            took(ready.pollStarter());
        }

        private boolean took(int task) {
            if (task == ReadyTasks.NONE) {
                return false;
            }
            gone.incrementAndGet();
            sum.addAndGet(task);
            return true;
        }

        @Validate
        public void everybodyGoesOnce() {
            while (took(ready.pollStarter()) || took(ready.poll())) {
                // Until nobody is left.
            }
            int all = come.get();
            Interleavings.check(ready.isEmpty(), "somebody is left");
            Interleavings.check(gone.get() == all, gone + " of " + all + " have gone");
            Interleavings.check(sum.get() == all * (all - 1) / 2, "somebody has gone twice");
        }
    }
}
