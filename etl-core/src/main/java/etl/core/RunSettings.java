package etl.core;

import etl.core.spi.StateStore;
import etl.core.spi.Time;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;

/** What all runs of one orchestrator share. */
record RunSettings(
        StateStore store,
        Listeners listeners,
        Time time,
        Executor threads,
        int parallelism,
        Slots slots,
        Map<String, Pool> pools,
        Duration grace) {}
