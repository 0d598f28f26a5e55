package etl.jdbc;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.RunHandle;
import etl.core.RunRequest;
import etl.core.RunStoppedException;
import etl.core.spi.StateStoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Starts runs and recovers those of other processes until it is killed. */
final class KilledProcess {
    static final Duration LEASE = Duration.ofSeconds(1);
    private static final int RUNS_AT_ONCE = 3;
    private static final long PAUSE = Duration.ofMillis(50).toNanos();

    private KilledProcess() {}

    public static void main(String... arguments) throws Exception {
        Random random = new Random();
        try (ExecutionLog log = new ExecutionLog(Path.of(arguments[1]))) {
            List<Pipeline> pipelines = new KilledPipelines(log).all();
            try (Etl etl = recovering(open(arguments[0], Duration.parse(arguments[2])), pipelines)) {
                Deque<RunHandle> runs = new ArrayDeque<>();
                while (true) {
                    try {
                        runs.addAll(etl.submitAll(some(pipelines, 1 + random.nextInt(RUNS_AT_ONCE), random)));
                        while (runs.size() >= RUNS_AT_ONCE) {
                            runs.remove().await();
                        }
                    } catch (StateStoreException | RunStoppedException disturbed) {
                        LockSupport.parkNanos(PAUSE);
                    }
                }
            }
        }
    }

    private static List<RunRequest> some(List<Pipeline> pipelines, int count, Random random) {
        return random.ints(count, 0, pipelines.size())
                .mapToObj(chosen -> new RunRequest(pipelines.get(chosen), Arguments.none()))
                .toList();
    }

    static Etl recovering(JdbcStateStore store, List<Pipeline> pipelines) {
        return Etl.builder()
                .store(store)
                .parallelism(4)
                .grace(Duration.ofMillis(500))
                .recover(pipelines.toArray(Pipeline[]::new))
                .recoveryPeriod(Duration.ofMillis(200))
                .mostCrashes(Integer.MAX_VALUE)
                .build();
    }

    static JdbcStateStore open(String url, Duration lease) {
        while (true) {
            try {
                return JdbcStateStore.builder(url).lease(lease).open();
            } catch (StateStoreException notYet) {
                LockSupport.parkNanos(PAUSE);
            }
        }
    }
}
