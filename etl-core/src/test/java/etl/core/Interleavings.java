package etl.core;

import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/**
 * Executes the operations of a class in several threads, each time with their steps in another order; what they return
 * must be what they return one after the other in some order.
 */
final class Interleavings {
    /** Each call of theirs is one step: what is explored are the steps between them. */
    private static final String[] COLLECTIONS = {
        "java.util.concurrent.ConcurrentLinkedQueue",
        "java.util.concurrent.ConcurrentHashMap",
        "java.util.concurrent.ConcurrentHashMap$KeySetView",
        "java.util.concurrent.ConcurrentHashMap$CollectionView"
    };

    private Interleavings() {}

    /** One operation in each thread, in so many combinations of operations and arguments, each in so many orders. */
    static void explore(Class<?> operations, int threads, int combinations, int orders) {
        new ModelCheckingOptions()
                .threads(threads)
                .actorsPerThread(1)
                .actorsBefore(0)
                .actorsAfter(0)
                .iterations(combinations)
                .invocationsPerIteration(orders)
                .addGuarantee(ManagedStrategyGuaranteeKt.forClasses(COLLECTIONS)
                        .allMethods()
                        .treatAsAtomic())
                .check(operations);
    }

    /** AssertJ would be executed step by step, too. */
    static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }
}
