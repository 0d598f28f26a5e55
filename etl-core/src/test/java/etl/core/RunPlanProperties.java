package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class RunPlanProperties {
    @Provide
    Arbitrary<Dag> dags() {
        return Dag.ofAtMost(25);
    }

    @Provide
    Arbitrary<List<Integer>> seconds() {
        return Arbitraries.integers().between(0, 20).list().ofSize(25);
    }

    private static RunPlan plan(Dag dag, List<Integer> seconds) {
        Map<String, Duration> durations = new HashMap<>();
        for (int task = 0; task < dag.size(); task++) {
            durations.put(Dag.id(task), Duration.ofSeconds(seconds.get(task)));
        }
        return RunPlan.of(dag.pipeline(1, task -> ctx -> {}), TaskDurations.of(durations));
    }

    private static long longest(Dag dag, List<Integer> seconds, int task) {
        long above = dag.upstream().get(task).stream()
                .mapToLong(other -> longest(dag, seconds, other))
                .max()
                .orElse(0);
        return above + seconds.get(task);
    }

    private static int depth(Dag dag, int task) {
        return dag.upstream().get(task).stream()
                .mapToInt(other -> depth(dag, other) + 1)
                .max()
                .orElse(0);
    }

    @Provide
    Arbitrary<Dag> smallDags() {
        return Dag.ofAtMost(12);
    }

    @Property
    void the_time_without_a_limit_is_that_of_the_longest_path_and_the_critical_path_is_one(
            @ForAll("smallDags") Dag dag, @ForAll("seconds") List<Integer> seconds) {
        long longest = 0;
        for (int task = 0; task < dag.size(); task++) {
            longest = Math.max(longest, longest(dag, seconds, task));
        }
        RunPlan plan = plan(dag, seconds);

        assertThat(plan.unlimitedTime()).contains(Duration.ofSeconds(longest));
        List<Integer> path = plan.criticalPath().stream()
                .map(id -> Integer.valueOf(id.substring(1)))
                .toList();
        assertThat(path.stream().mapToLong(seconds::get).sum()).isEqualTo(longest);
        for (int i = 1; i < path.size(); i++) {
            assertThat(dag.upstream().get(path.get(i))).contains(path.get(i - 1));
        }
    }

    @Property
    void one_at_a_time_takes_the_sum_and_more_keep_within_the_bounds_of_list_scheduling(
            @ForAll("dags") Dag dag,
            @ForAll("seconds") List<Integer> seconds,
            @ForAll @IntRange(min = 1, max = 9) int limit) {
        long sum = seconds.subList(0, dag.size()).stream()
                .mapToLong(Integer::longValue)
                .sum();
        RunPlan plan = plan(dag, seconds);
        long path = plan.unlimitedTime().orElseThrow().toSeconds();
        long time = plan.withParallelism(limit).estimatedTime().orElseThrow().toSeconds();

        assertThat(plan.withParallelism(1).estimatedTime()).contains(Duration.ofSeconds(sum));
        assertThat(time).isGreaterThanOrEqualTo(Math.max(path, (sum + limit - 1) / limit));
        // Graham 1969: no list schedule is longer than this.
        assertThat((double) time).isLessThanOrEqualTo((double) sum / limit + path * (1 - 1.0 / limit) + 1e-6);
        assertThat(plan.withParallelism(25).estimatedTime()).isEqualTo(plan.unlimitedTime());
    }

    @Property
    void each_task_is_in_the_wave_of_its_depth(@ForAll("smallDags") Dag dag, @ForAll("seconds") List<Integer> seconds) {
        List<List<String>> waves = plan(dag, seconds).waves();

        for (int task = 0; task < dag.size(); task++) {
            assertThat(waves.get(depth(dag, task))).contains(Dag.id(task));
        }
        assertThat(waves.stream().mapToInt(List::size).sum()).isEqualTo(dag.size());
    }
}
