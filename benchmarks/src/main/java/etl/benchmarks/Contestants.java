package etl.benchmarks;

import etl.benchmarks.EtlRunner.Feature;
import java.util.EnumSet;
import java.util.Set;

/** Everything that is compared. */
public enum Contestants {
    ETL("this library"),
    ETL_RETRY("... with retry policies"),
    ETL_LISTENER("... with a synchronous listener"),
    ETL_POOL("... with a pool"),
    ETL_ALL("... with all of these"),
    ETL_HOSTED("... on the ForkJoinPool of the others"),
    COUNTERS("hand-written counters"),
    COUNTERS_CODE("... with an object for the code of each task"),
    COMPLETABLE_FUTURE("CompletableFuture"),
    EASY_FLOWS("Easy Flows 0.3"),
    BASCOM_TASK("BascomTask 2.1.0"),
    TRICKLE("Trickle 0.6.1"),
    PAR_SEQ("ParSeq 4.0.1"),
    DEXECUTOR("Dexecutor 2.1.2");

    private final String title;

    Contestants(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** How many tasks are executed if so many are wanted. */
    int tasks(Shape shape, int wanted) {
        return Math.min(wanted, contestant().limit(shape));
    }

    Contestant contestant() {
        return switch (this) {
            case ETL -> new EtlRunner(Set.of());
            case ETL_RETRY -> new EtlRunner(EnumSet.of(Feature.RETRY));
            case ETL_LISTENER -> new EtlRunner(EnumSet.of(Feature.LISTENER));
            case ETL_POOL -> new EtlRunner(EnumSet.of(Feature.POOL));
            case ETL_ALL -> new EtlRunner(EnumSet.of(Feature.RETRY, Feature.LISTENER, Feature.POOL));
            case ETL_HOSTED -> new EtlRunner(EnumSet.of(Feature.HOSTED));
            case COUNTERS -> new Counters(false);
            case COUNTERS_CODE -> new Counters(true);
            case COMPLETABLE_FUTURE -> new Futures();
            case EASY_FLOWS -> new EasyFlows();
            case BASCOM_TASK -> new BascomTasks();
            case TRICKLE -> new Trickles();
            case PAR_SEQ -> new ParSeq();
            case DEXECUTOR -> new Dexecutors();
        };
    }
}
