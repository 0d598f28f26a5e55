package etl.jdbc;

import etl.core.TaskContext;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The beginnings and ends of executions in one process, in a file: unlike a table it can be written while the database is
 * being killed, and unlike memory it is there when the process has been.
 */
final class ExecutionLog implements AutoCloseable {
    /** Unlike a channel, not closed by an interrupt of the task that writes. */
    private final FileOutputStream file;

    ExecutionLog(Path path) throws IOException {
        file = new FileOutputStream(path.toFile(), true);
    }

    /** What an execution does. */
    interface Code {
        String call() throws InterruptedException;
    }

    /**
     * One execution of a task's code.
     *
     * @param task run and task
     * @param thread in which thread of the process
     * @param begun when it began
     * @param ended when it ended, or {@link Instant#MAX} if it did not
     */
    record Execution(String task, long thread, Instant begun, Instant ended) {
        Execution until(Instant end) {
            return end.isBefore(ended) ? new Execution(task, thread, begun, end) : this;
        }
    }

    String execution(TaskContext context, Code code) throws InterruptedException {
        String execution = context.runId() + "/" + context.taskId() + " "
                + Thread.currentThread().getId() + "-" + System.nanoTime();
        write("begun " + execution);
        try {
            return code.call();
        } finally {
            write("ended " + execution);
        }
    }

    private void write(String line) {
        byte[] bytes = (line + " " + Instant.now() + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            file.write(bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    static List<Execution> read(Path path) throws IOException {
        Map<String, Execution> executions = new LinkedHashMap<>();
        if (!Files.exists(path)) {
            return List.of();
        }
        for (String line : Files.readAllLines(path)) {
            String[] words = line.split(" ", -1);
            if (words.length == 4) {
                Instant at = Instant.parse(words[3]);
                if (words[0].equals("begun")) {
                    long thread = Long.parseLong(words[2].substring(0, words[2].indexOf('-')));
                    executions.put(words[2], new Execution(words[1], thread, at, Instant.MAX));
                } else {
                    executions.computeIfPresent(words[2], (id, begun) -> begun.until(at));
                }
            }
        }
        return new ArrayList<>(executions.values());
    }
}
