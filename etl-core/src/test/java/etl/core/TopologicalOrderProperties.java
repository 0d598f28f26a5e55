package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class TopologicalOrderProperties {
    private static final Pattern CYCLE = Pattern.compile("cycle: (t\\d+(?: -> t\\d+)+); remove one");

    @Provide
    Arbitrary<Dag> dags() {
        return Dag.ofAtMost(40);
    }

    @Provide
    Arbitrary<Dag> smallDags() {
        return Dag.ofAtMost(10);
    }

    /** Any graph at all, with cycles of any length. */
    @Provide
    Arbitrary<int[][]> graphs() {
        return Arbitraries.integers()
                .between(1, 20)
                .flatMap(size -> Arbitraries.integers()
                        .between(0, size - 1)
                        .set()
                        .ofMaxSize(3)
                        .map(above -> above.stream().mapToInt(Integer::intValue).toArray())
                        .array(int[][].class)
                        .ofSize(size));
    }

    @Property
    void every_task_comes_once_and_after_all_its_upstream_tasks(@ForAll("dags") Dag dag) {
        int[] order = TopologicalOrder.of(dag.arrays()).toArray();

        assertThat(order)
                .containsExactlyInAnyOrder(IntStream.range(0, dag.size()).toArray());
        Set<Integer> before = new HashSet<>();
        for (int task : order) {
            assertThat(before).containsAll(dag.upstream().get(task));
            before.add(task);
        }
    }

    @Property
    void the_order_is_that_of_the_pipeline_as_data(@ForAll("dags") Dag dag) {
        assertThat(dag.pipeline(1, task -> ctx -> {}).tasksInOrder())
                .extracting(TaskView::id)
                .containsExactly(Arrays.stream(TopologicalOrder.of(dag.arrays()).toArray())
                        .mapToObj(Dag::id)
                        .toArray(String[]::new));
    }

    @Property
    void an_inserted_cycle_is_reported_by_a_path_that_exists(@ForAll("smallDags") Dag dag, @ForAll long seed) {
        Random random = new Random(seed);
        int lower = random.nextInt(dag.size());
        int upper = dag.upwards(lower, random);
        dag.upstream().get(upper).add(lower);

        assertThatThrownBy(() -> dag.pipeline(1, task -> ctx -> {}))
                .isInstanceOfSatisfying(
                        PipelineInvalidException.class,
                        invalid -> assertThat(invalid.faults())
                                .hasSize(1)
                                .allSatisfy(fault -> assertThat(cycleOf(fault))
                                        .contains(upper, lower)
                                        .satisfies(cycle -> assertIsCycle(dag.arrays(), cycle))));
    }

    private static List<Integer> cycleOf(String fault) {
        Matcher path = CYCLE.matcher(fault);
        assertThat(path.find()).as(fault).isTrue();
        List<Integer> cycle = new ArrayList<>();
        for (String id : path.group(1).split(" -> ", -1)) {
            cycle.add(Integer.valueOf(id.substring(1)));
        }
        int last = cycle.size() - 1;
        assertThat(cycle.get(last)).as("the path returns to its start").isEqualTo(cycle.get(0));
        return cycle.subList(0, last);
    }

    private static void assertIsCycle(int[][] upstream, List<? extends Integer> cycle) {
        assertThat(cycle).doesNotHaveDuplicates();
        for (int i = 0; i < cycle.size(); i++) {
            assertThat(upstream[cycle.get((i + 1) % cycle.size())]).contains(cycle.get(i));
        }
    }

    @Property
    void of_any_graph_the_cycles_are_real_and_without_them_it_has_an_order(@ForAll("graphs") int[][] upstream) {
        List<List<Integer>> cycles = TopologicalOrder.of(upstream).cycles();
        Set<Integer> onCycles = new HashSet<>();
        for (List<Integer> cycle : cycles) {
            assertIsCycle(upstream, cycle);
            for (int task : cycle) {
                assertThat(onCycles.add(task)).as("cycles share no task").isTrue();
            }
        }

        assertThat(cycles.isEmpty()).isEqualTo(!hasCycle(upstream, Set.of()));
        assertThat(hasCycle(upstream, onCycles)).isFalse();
    }

    /** Whether a walk upstream from anywhere comes back to a task that it is still on. */
    private static boolean hasCycle(int[][] upstream, Set<Integer> without) {
        Set<Integer> done = new HashSet<>(without);
        for (int task = 0; task < upstream.length; task++) {
            if (comesBack(task, upstream, new HashSet<>(), done)) {
                return true;
            }
        }
        return false;
    }

    private static boolean comesBack(int task, int[][] upstream, Set<Integer> path, Set<Integer> done) {
        if (done.contains(task)) {
            return false;
        }
        if (!path.add(task)) {
            return true;
        }
        for (int above : upstream[task]) {
            if (comesBack(above, upstream, path, done)) {
                return true;
            }
        }
        path.remove(task);
        done.add(task);
        return false;
    }
}
