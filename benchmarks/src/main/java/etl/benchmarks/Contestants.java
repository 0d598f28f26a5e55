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
    COUNTERS("hand-written counters"),
    COMPLETABLE_FUTURE("CompletableFuture");

    private final String title;

    Contestants(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    Contestant contestant() {
        return switch (this) {
            case ETL -> new EtlRunner(Set.of());
            case ETL_RETRY -> new EtlRunner(EnumSet.of(Feature.RETRY));
            case ETL_LISTENER -> new EtlRunner(EnumSet.of(Feature.LISTENER));
            case ETL_POOL -> new EtlRunner(EnumSet.of(Feature.POOL));
            case ETL_ALL -> new EtlRunner(EnumSet.allOf(Feature.class));
            case COUNTERS -> new Counters();
            case COMPLETABLE_FUTURE -> new Futures();
        };
    }
}
