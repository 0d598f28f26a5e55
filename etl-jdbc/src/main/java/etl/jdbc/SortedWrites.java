package etl.jdbc;

import java.util.ArrayList;
import java.util.List;

/** Writes by what they change, in their order. */
record SortedWrites(List<RunWrite> runs, List<TaskWrite> tasks) {
    static SortedWrites of(List<StateWrite> writes) {
        List<RunWrite> runs = new ArrayList<>();
        List<TaskWrite> tasks = new ArrayList<>(writes.size());
        for (StateWrite write : writes) {
            if (write instanceof RunWrite run) {
                runs.add(run);
            } else if (write instanceof TaskWrite task) {
                tasks.add(task);
            }
        }
        return new SortedWrites(runs, tasks);
    }
}
