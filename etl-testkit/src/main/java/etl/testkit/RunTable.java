package etl.testkit;

import etl.core.RunReport;
import etl.core.TaskReport;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The tasks of a run as a table for people; of a large run those first that have not succeeded. */
final class RunTable {
    private static final int LONGEST = 50;
    private static final int LONGEST_REASON = 200;

    private final String title;
    private final List<Row> rows;

    private record Row(String task, TaskState state, int attempts, Optional<ErrorInfo> error) {
        List<String> cells() {
            return List.of(
                    task,
                    state.name(),
                    String.valueOf(attempts),
                    error.map(RunTable::reason).orElse(""));
        }
    }

    private RunTable(String title, List<Row> rows) {
        this.title = title;
        this.rows = rows;
    }

    static RunTable of(RunReport report) {
        List<Row> rows = new ArrayList<>();
        for (TaskReport task : report.tasks()) {
            rows.add(new Row(name(task.id(), task.mapIndex()), task.state(), task.attempts(), task.error()));
        }
        return new RunTable(report.toString(), rows);
    }

    static RunTable of(String title, List<StoredTask> tasks) {
        List<Row> rows = new ArrayList<>();
        for (StoredTask task : tasks) {
            Optional<ErrorInfo> error = task.attempts().stream()
                    .filter(attempt -> attempt.attempt() == task.attempt())
                    .findFirst()
                    .flatMap(StoredAttempt::error);
            rows.add(new Row(name(task.taskId(), task.mapIndex()), task.state(), task.attempt(), error));
        }
        return new RunTable(title, rows);
    }

    static String name(String task, int mapIndex) {
        return mapIndex == StoredTask.NOT_MAPPED ? task : task + "[" + mapIndex + "]";
    }

    private static String reason(ErrorInfo error) {
        String line = error.toString().lines().findFirst().orElse("");
        return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON) + "...";
    }

    @Override
    public String toString() {
        List<Row> shown = shown();
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("TASK", "STATE", "ATTEMPTS", "WHY"));
        shown.forEach(row -> lines.add(row.cells()));
        int[] widths = widths(lines);
        StringBuilder text = new StringBuilder(title).append('\n');
        for (List<String> line : lines) {
            StringBuilder padded = new StringBuilder();
            for (int column = 0; column < line.size(); column++) {
                String cell = line.get(column);
                padded.append("  ").append(cell).append(" ".repeat(widths[column] - cell.length()));
            }
            text.append(padded.toString().stripTrailing()).append('\n');
        }
        if (shown.size() < rows.size()) {
            text.append("  and ").append(rows.size() - shown.size()).append(" more tasks\n");
        }
        return text.toString();
    }

    private List<Row> shown() {
        if (rows.size() <= LONGEST) {
            return rows;
        }
        return Stream.concat(
                        rows.stream().filter(row -> row.state() != TaskState.SUCCEEDED),
                        rows.stream().filter(row -> row.state() == TaskState.SUCCEEDED))
                .limit(LONGEST)
                .toList();
    }

    private static int[] widths(List<List<String>> lines) {
        int[] widths = new int[lines.get(0).size()];
        for (List<String> line : lines) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], line.get(column).length());
            }
        }
        return widths;
    }
}
