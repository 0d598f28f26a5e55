package etl.core;

import etl.core.spi.RunExecutor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** All runs on the threads of one executor; who waits for a run just waits. */
record HostedThreads(Executor threads) implements RunExecutor {
    @Override
    public Executor stepsOf(RunId run) {
        return threads;
    }

    @Override
    public <T> T await(RunId run, CompletableFuture<T> end, Duration limit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return limit.compareTo(SystemTime.FOREVER) < 0
                ? end.get(SystemTime.nanos(limit), TimeUnit.NANOSECONDS)
                : end.get();
    }
}
