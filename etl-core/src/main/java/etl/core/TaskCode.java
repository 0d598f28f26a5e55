package etl.core;

import java.util.List;

/**
 * The code of one task, kept in one list with that of the other tasks of its builder. A garbage collector lays an object
 * beside what refers to it first; if that were the declaration, the code of a large graph would be spread over so much memory
 * that hardly any attempt found it in a cache.
 *
 * @param all the code of all tasks; nothing is added any more once a pipeline has been made of them
 * @param position where this task's code is
 */
record TaskCode(List<TaskBody> all, int position) {
    static TaskCode add(List<TaskBody> all, TaskBody body) {
        all.add(body);
        return new TaskCode(all, all.size() - 1);
    }

    static TaskCode of(TaskBody body) {
        return new TaskCode(List.of(body), 0);
    }

    TaskBody body() {
        return all.get(position);
    }
}
