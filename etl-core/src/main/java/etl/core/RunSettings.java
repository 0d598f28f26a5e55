package etl.core;

import etl.core.spi.RunExecutor;
import etl.core.spi.StateStore;
import etl.core.spi.Time;
import java.time.Duration;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What all runs of one orchestrator share. */
record RunSettings(
        StateStore store,
        Listeners listeners,
        Time time,
        RunExecutor executor,
        RandomGenerator random,
        int parallelism,
        Slots slots,
        Map<String, Pool> pools,
        Duration grace,
        CacheWaiters cacheWaiters) {}
