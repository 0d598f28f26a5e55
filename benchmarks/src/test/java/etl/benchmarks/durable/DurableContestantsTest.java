package etl.benchmarks.durable;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class DurableContestantsTest {
    private static final Workload CHAIN = new Workload("chain", 1, 20, true);
    private static final Workload INDEPENDENT = new Workload("independent", 1, 64, false);
    private static final Workload PIPELINES = new Workload("pipelines", 20, 5, true);

    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        server = Server.embedded();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    static Stream<Arguments> everyContestantWithWhatItExpresses() {
        return Arrays.stream(DurableContestants.values())
                .flatMap(contestant -> Stream.of(CHAIN, INDEPENDENT, PIPELINES)
                        .filter(contestant.contestant()::expresses)
                        .map(workload -> Arguments.of(contestant, workload)));
    }

    @ParameterizedTest
    @MethodSource("everyContestantWithWhatItExpresses")
    void executes_every_task_once_in_its_order_and_stores_every_end(DurableContestants contestant, Workload workload)
            throws Exception {
        Sample sample = Sample.take(server, contestant.contestant(), workload);

        assertThat(sample.commits()).isPositive();
        assertThat(sample.walBytes()).isGreaterThan(100L * workload.tasks());
        assertThat(sample.syncs()).isPositive();
    }

    @Test
    void commits_are_counted_exactly() throws Exception {
        Sample sample = Sample.take(server, new HandWrittenChain(), CHAIN);

        assertThat(sample.commits()).isEqualTo(CHAIN.tasks() + 1);
        assertThat(sample.syncs()).isGreaterThanOrEqualTo(sample.commits());
    }
}
