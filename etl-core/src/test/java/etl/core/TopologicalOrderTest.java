package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TopologicalOrderTest {
    @Test
    @Timeout(5)
    void a_hundred_thousand_cycles_are_found_in_linear_time() {
        int[][] upstream = new int[200_000][];
        for (int task = 0; task < upstream.length; task++) {
            upstream[task] = new int[] {task ^ 1};
        }

        assertThat(TopologicalOrder.of(upstream).cycles()).hasSize(100_000);
    }
}
