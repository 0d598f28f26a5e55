package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SuccessorsProperties {
    @Provide
    Arbitrary<Dag> dags() {
        return Dag.ofAtMost(40);
    }

    private static List<Integer> below(Dag dag, int task) {
        return IntStream.range(0, dag.size())
                .filter(other -> dag.upstream().get(other).contains(task))
                .boxed()
                .toList();
    }

    @Property
    void are_the_tasks_below_in_the_order_of_declaration(@ForAll("dags") Dag dag) {
        Successors successors = Successors.of(dag.arrays());

        for (int task = 0; task < dag.size(); task++) {
            assertThat(IntStream.of(successors.of(task)).boxed().toList()).isEqualTo(below(dag, task));
        }
    }

    @Property
    void know_at_each_place_which_task_is_there_and_whether_it_is_plain(@ForAll("dags") Dag dag) {
        Successors successors = Successors.of(dag.arrays(), task -> task % 2 == 0);

        for (int task = 0; task < dag.size(); task++) {
            List<Integer> found = new ArrayList<>();
            for (int place = successors.first(task); place < successors.end(task); place++) {
                found.add(successors.at(place));
                assertThat(successors.isPlain(place)).isEqualTo(successors.at(place) % 2 == 0);
            }
            assertThat(found).isEqualTo(below(dag, task));
        }
    }
}
