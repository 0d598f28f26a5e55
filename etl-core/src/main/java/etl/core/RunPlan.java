package etl.core;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a run of a pipeline would do, without executing anything: its order and an estimate of its time. The estimate takes
 * for granted that every first attempt succeeds and that every branch chooses all its targets; pools are not counted, and a
 * task without a duration counts as zero. Immutable and safe for use by many threads.
 */
public final class RunPlan {
    private static final int SHOWN = 20;

    private final Pipeline pipeline;
    private final TaskDurations durations;
    private final OptionalInt parallelism;
    private final PlannedRun unlimited;

    private RunPlan(Pipeline pipeline, TaskDurations durations, OptionalInt parallelism, PlannedRun unlimited) {
        this.pipeline = pipeline;
        this.durations = durations;
        this.parallelism = parallelism;
        this.unlimited = unlimited;
    }

    /**
     * Plans a run.
     *
     * @param pipeline the pipeline
     * @param durations how long its tasks take
     * @return the plan, with the pipeline's own parallelism if it has one
     */
    public static RunPlan of(Pipeline pipeline, TaskDurations durations) {
        return new RunPlan(
                pipeline, durations, pipeline.parallelism(), new PlannedRun(pipeline, durations, Integer.MAX_VALUE));
    }

    /**
     * The same plan for so many tasks at once.
     *
     * @param tasksAtOnce at least 1
     * @return a new plan
     * @throws IllegalArgumentException if the number is less than 1
     */
    public RunPlan withParallelism(int tasksAtOnce) {
        return new RunPlan(
                pipeline, durations, OptionalInt.of(Checks.atLeastOne(tasksAtOnce, "parallelism")), unlimited);
    }

    /**
     * How many tasks may be executed at once.
     *
     * @return the limit, or empty for none
     */
    public OptionalInt parallelism() {
        return parallelism;
    }

    /**
     * The order: each task is in the first wave after those of all its upstream tasks.
     *
     * @return the ids of the tasks, wave by wave, in the order of declaration within a wave
     */
    public List<List<String>> waves() {
        int[] wave = new int[pipeline.size()];
        List<List<String>> waves = new ArrayList<>();
        for (int task : pipeline.order()) {
            wave[task] = Arrays.stream(pipeline.upstream(task))
                    .map(above -> wave[above] + 1)
                    .max()
                    .orElse(0);
            if (wave[task] == waves.size()) {
                waves.add(new ArrayList<>());
            }
        }
        for (int task = 0; task < wave.length; task++) {
            waves.get(wave[task]).add(pipeline.task(task).id());
        }
        return waves.stream().map(List::copyOf).toList();
    }

    /**
     * The tasks that determine the time of a run without a limit of tasks at once: a faster run needs one of them to be
     * faster. If no duration is known, a longest chain of tasks.
     *
     * @return their ids, each one the upstream task of the next
     */
    public List<String> criticalPath() {
        return unlimited.lastChain().stream()
                .map(task -> pipeline.task(task).id())
                .toList();
    }

    /**
     * The tasks that are expected not to start: their rule waits for a failure or a skip.
     *
     * @return their ids in the order of declaration
     */
    public List<String> notStarted() {
        return pipeline.tasks().stream()
                .map(TaskView::id)
                .filter(id -> !unlimited.starts(pipeline.ordinal(id)))
                .toList();
    }

    /**
     * The tasks that start and whose duration is not known, so that they count as zero.
     *
     * @return their ids in the order of declaration
     */
    public List<String> unknownDurations() {
        return pipeline.tasks().stream()
                .map(TaskView::id)
                .filter(id -> unlimited.starts(pipeline.ordinal(id)))
                .filter(id -> durations.of(id).isEmpty())
                .toList();
    }

    /**
     * The time of a run in which any number of tasks is executed at once.
     *
     * @return the estimate, or empty if the duration of no task that starts is known
     */
    public Optional<Duration> unlimitedTime() {
        return isAnyKnown() ? Optional.of(unlimited.time()) : Optional.empty();
    }

    /**
     * The time of a run with this plan's {@link #parallelism()}.
     *
     * @return the estimate, or empty if the duration of no task that starts is known
     */
    public Optional<Duration> estimatedTime() {
        if (parallelism.isEmpty() || !isAnyKnown()) {
            return unlimitedTime();
        }
        return Optional.of(new PlannedRun(pipeline, durations, parallelism.getAsInt()).time());
    }

    private boolean isAnyKnown() {
        return pipeline.tasks().stream()
                .anyMatch(task -> unlimited.starts(pipeline.ordinal(task.id()))
                        && durations.of(task.id()).isPresent());
    }

    /**
     * The plan for people. Of long lists of tasks only the first {@value #SHOWN} are named.
     *
     * @return some lines, each with its line feed
     */
    public String toText() {
        List<List<String>> waves = waves();
        StringBuilder text = new StringBuilder();
        text.append("plan of pipeline ").append(pipeline.name()).append(": ");
        text.append(count(pipeline.size(), "task")).append(" in ").append(count(waves.size(), "wave"));
        text.append('\n');
        for (int wave = 0; wave < Math.min(waves.size(), SHOWN); wave++) {
            text.append("wave ").append(wave + 1).append(": ");
            text.append(shown(waves.get(wave), ", ")).append('\n');
        }
        if (waves.size() > SHOWN) {
            text.append("... and ")
                    .append(count(waves.size() - SHOWN, "more wave"))
                    .append('\n');
        }
        appendTasks(
                text,
                "groups: ",
                pipeline.groups().entrySet().stream()
                        .map(group ->
                                group.getKey() + " (" + count(group.getValue().size(), "task") + ")")
                        .toList());
        text.append("critical path: ").append(shown(criticalPath(), " -> ")).append('\n');
        appendTasks(text, "not expected to start: ", notStarted());
        appendTime(text);
        return text.toString();
    }

    private void appendTime(StringBuilder text) {
        Optional<Duration> time = unlimitedTime();
        if (time.isEmpty()) {
            text.append("estimated time: unknown, no task has succeeded in a former run\n");
            return;
        }
        text.append("estimated time: ");
        if (parallelism.isPresent()) {
            text.append(text(estimatedTime().orElseThrow())).append(" with ");
            text.append(count(parallelism.getAsInt(), "task")).append(" at once, ");
        }
        text.append(text(time.get())).append(" without a limit");
        if (durations.runs() > 0) {
            text.append(" (medians of ")
                    .append(count(durations.runs(), "former run"))
                    .append(')');
        }
        text.append('\n');
        appendTasks(text, "counted as zero, without a former run: ", unknownDurations());
    }

    private static void appendTasks(StringBuilder text, String what, List<String> names) {
        if (!names.isEmpty()) {
            text.append(what).append(shown(names, ", ")).append('\n');
        }
    }

    private static String shown(List<String> tasks, String separator) {
        return tasks.size() <= SHOWN
                ? String.join(separator, tasks)
                : String.join(separator, tasks.subList(0, SHOWN)) + separator + "... " + (tasks.size() - SHOWN)
                        + " more";
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private static String text(Duration duration) {
        return Duration.ofMillis(duration.toMillis()).toString().substring(2).toLowerCase(Locale.ROOT);
    }

    /**
     * The plan for programs: the members {@code pipeline}, {@code fingerprint}, {@code waves}, {@code groups}, {@code criticalPath},
     * {@code notStarted}, {@code durations} (seconds by task), {@code unknownDurations}, {@code formerRuns},
     * {@code unlimitedSeconds}, {@code parallelism} and {@code estimatedSeconds}; what is not known is absent.
     *
     * @return one JSON object in one line, without a line feed
     */
    public String toJson() {
        Map<String, Object> plan = new LinkedHashMap<>();
        plan.put("pipeline", pipeline.name());
        plan.put("fingerprint", pipeline.fingerprint());
        plan.put("waves", waves());
        if (!pipeline.groups().isEmpty()) {
            plan.put("groups", pipeline.groups());
        }
        plan.put("criticalPath", criticalPath());
        plan.put("notStarted", notStarted());
        Map<String, Object> known = new LinkedHashMap<>();
        pipeline.tasks()
                .forEach(
                        task -> durations.of(task.id()).ifPresent(duration -> known.put(task.id(), seconds(duration))));
        plan.put("durations", known);
        plan.put("unknownDurations", unknownDurations());
        plan.put("formerRuns", durations.runs());
        unlimitedTime().ifPresent(time -> plan.put("unlimitedSeconds", seconds(time)));
        parallelism.ifPresent(limit -> plan.put("parallelism", limit));
        estimatedTime().ifPresent(time -> plan.put("estimatedSeconds", seconds(time)));
        return JsonText.write(plan);
    }

    private static JsonText.Numeral seconds(Duration duration) {
        BigDecimal seconds = BigDecimal.valueOf(duration.getSeconds()).add(BigDecimal.valueOf(duration.getNano(), 9));
        return new JsonText.Numeral(
                seconds.signum() == 0 ? "0" : seconds.stripTrailingZeros().toPlainString());
    }

    @Override
    public String toString() {
        return "plan of " + pipeline;
    }
}
