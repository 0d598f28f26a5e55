package etl.engines.cli;

import etl.core.DataInterval;
import etl.core.RunReport;
import etl.core.TaskReport;
import etl.core.TaskState;
import etl.core.spi.EngineRun;
import etl.core.spi.ErrorInfo;
import etl.core.spi.StateStore;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Runs and tasks as tables for people. */
final class RunTables {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private RunTables() {}

    static boolean printRecent(StateStore store, PrintWriter out, int limit) {
        List<StoredRun> runs = store.recent(limit);
        if (runs.isEmpty()) {
            return false;
        }
        TextTable table = new TextTable("RUN", "PIPELINE", "ENGINE", "STATE", "STARTED", "TOOK", "DATA");
        for (StoredRun run : runs) {
            table.row(
                    run.definition().id().toString(),
                    run.definition().pipeline(),
                    run.definition().engineRun().engine(),
                    run.state().toString(),
                    time(run.definition().createdAt()),
                    took(run.startedAt(), run.endedAt()),
                    run.definition().dataInterval().map(DataInterval::toString).orElse("-"));
        }
        out.println("runs, the newest first:");
        table.print(out);
        out.println();
        return true;
    }

    static void print(RunReport report, PrintWriter out) {
        TextTable table = new TextTable("TASK", "STATE", "ATTEMPTS", "TOOK", "READ", "WRITTEN", "REJECTED");
        for (TaskReport task : report.tasks()) {
            table.row(
                    task.id(),
                    state(task.state(), task.isCached()),
                    String.valueOf(task.attempts()),
                    Durations.text(task.duration()),
                    String.valueOf(task.rows().read()),
                    String.valueOf(task.rows().written()),
                    String.valueOf(task.rows().rejected()));
        }
        table.print(out);
        report.groups().forEach(group -> out.println("group " + group + ": " + states(report.group(group))));
        out.println("run " + report.id() + " of pipeline " + report.pipeline() + " " + report.state() + " after "
                + Durations.text(report.duration()));
    }

    private static String state(TaskState state, boolean cached) {
        return cached ? state + " (cached)" : state.toString();
    }

    private static String states(List<TaskReport> tasks) {
        Map<TaskState, Long> counts = tasks.stream()
                .collect(Collectors.groupingBy(
                        TaskReport::state, () -> new EnumMap<>(TaskState.class), Collectors.counting()));
        return counts.entrySet().stream()
                .map(count -> count.getValue() + " " + count.getKey())
                .collect(Collectors.joining(", "));
    }

    static void print(StoredRun run, List<StoredTask> tasks, PrintWriter out) {
        out.println("run        " + run.definition().id());
        out.println("pipeline   " + run.definition().pipeline());
        out.println("engine     " + run.definition().engineRun().engine() + " "
                + run.definition().engineRun().id());
        out.println("arguments  " + run.definition().arguments());
        run.definition().dataInterval().ifPresent(data -> out.println("data       " + data));
        if (run.definition().refreshesCache()) {
            out.println("cache      refreshed");
        }
        out.println("state      " + run.state());
        if (!run.state().isFinal() && run.definition().engineRun().equals(EngineRun.LOCAL)) {
            out.println("owner      " + run.owner().orElse("none: its process is gone, resume the run"));
        }
        if (run.crashes() > 0) {
            out.println("crashes    " + run.crashes());
        }
        out.println("started    " + run.startedAt().map(RunTables::time).orElse("-"));
        out.println("took       " + took(run.startedAt(), run.endedAt()));
        run.error().ifPresent(error -> out.println("error      " + error));
        out.println();
        TextTable table = new TextTable("TASK", "STATE", "ATTEMPT", "STARTED", "TOOK", "READ", "WRITTEN", "REJECTED");
        List<String> notes = new ArrayList<>();
        for (StoredTask task : tasks) {
            addRows(table, notes, task);
        }
        table.print(out);
        notes.forEach(out::println);
    }

    private static void addRows(TextTable table, List<String> notes, StoredTask task) {
        if (task.attempts().isEmpty() && task.cachedFrom().isEmpty()) {
            table.row(name(task), task.state().toString(), "0", "-", "-", "", "", "");
        }
        for (StoredAttempt attempt : task.attempts()) {
            boolean last =
                    attempt.attempt() == task.attempt() && task.cachedFrom().isEmpty();
            table.row(
                    name(task),
                    attempt.state().toString(),
                    String.valueOf(attempt.attempt()),
                    time(attempt.startedAt()),
                    took(Optional.of(attempt.startedAt()), attempt.endedAt()),
                    last ? String.valueOf(task.rows().read()) : "",
                    last ? String.valueOf(task.rows().written()) : "",
                    last ? String.valueOf(task.rows().rejected()) : "");
            failure(attempt)
                    .ifPresent(error -> notes.add(name(task) + ", attempt " + attempt.attempt() + ": " + error));
        }
        task.cachedFrom().ifPresent(computedBy -> {
            table.row(name(task), state(task.state(), true), "-", "-", "-", "", "", "");
            notes.add(name(task) + ": its output was computed by run " + computedBy);
        });
    }

    private static String name(StoredTask task) {
        return task.mapIndex() == StoredTask.NOT_MAPPED ? task.taskId() : task.taskId() + "[" + task.mapIndex() + "]";
    }

    private static Optional<String> failure(StoredAttempt attempt) {
        boolean interrupted =
                attempt.state() == TaskState.FAILED && attempt.endedAt().isEmpty();
        return interrupted
                ? Optional.of("interrupted, its process has ended before it")
                : attempt.error().map(ErrorInfo::toString);
    }

    private static String time(Instant at) {
        return TIME.format(at.atZone(ZoneId.systemDefault()));
    }

    private static String took(Optional<Instant> from, Optional<Instant> to) {
        return from.isPresent() && to.isPresent() ? Durations.text(Duration.between(from.get(), to.get())) : "-";
    }
}
