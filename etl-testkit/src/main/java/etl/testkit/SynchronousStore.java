package etl.testkit;

import etl.core.RunId;
import etl.core.spi.StateStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Makes stores whose writes are waited for and answered on the thread that writes, so that what a run does next never
 * depends on how fast the store is. They may also stop storing, as if the process had died. All but the journals is the
 * given store, which they do not close.
 */
final class SynchronousStore {
    private SynchronousStore() {}

    static StateStore of(StateStore store, CrashPoints crashPoints) {
        AtomicReference<CrashPoints.@Nullable Crash> crash = new AtomicReference<>();
        return (StateStore) Proxy.newProxyInstance(
                StateStore.class.getClassLoader(), new Class<?>[] {StateStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("journal")) {
                        return new SynchronousJournal(store.journal((RunId) arguments[0]), crashPoints, crash);
                    }
                    return method.getName().equals("close") ? null : call(store, method, arguments);
                });
    }

    private static @Nullable Object call(StateStore store, Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(store, arguments);
        } catch (InvocationTargetException failure) {
            throw failure.getTargetException();
        }
    }
}
