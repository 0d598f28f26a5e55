package etl.core;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** The threads that execute tasks: virtual ones where the JVM has them (21 and later), else daemon threads of a pool. */
final class WorkerThreads {
    private WorkerThreads() {}

    static ExecutorService open() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException olderJvm) {
            AtomicLong number = new AtomicLong();
            return Executors.newCachedThreadPool(action -> {
                Thread thread = new Thread(action, "etl-worker-" + number.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        } catch (IllegalAccessException | InvocationTargetException impossible) {
            throw new IllegalStateException("virtual threads exist but cannot be used", impossible);
        }
    }
}
