package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.GenericType;
import etl.core.RunId;
import etl.core.spi.EngineRun;
import etl.core.spi.NewRun;
import etl.core.spi.RunJournal;
import etl.core.spi.StateStore;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A store of an implementer, and what the contracts write to it; each receipt is told once. */
abstract class StoreUnderTest {
    static final Type INTEGERS = new GenericType<List<Integer>>() {}.type();

    static final Instant NOON = Instant.parse("2001-01-01T12:00:00.123456Z");

    private final Map<AtomicInteger, TaskChange> told = new ConcurrentHashMap<>();

    private @Nullable StateStore opened;

    /**
     * A store for one test, which closes it. It may hold runs of other tests.
     *
     * @return the store
     */
    protected abstract StateStore open();

    /** A value with everything that is hard to store. */
    record Sample(
            String text,
            List<Integer> numbers,
            LocalDate day,
            Duration length,
            @Nullable String nothing) {}

    @BeforeEach
    void openStore() {
        opened = open();
    }

    @AfterEach
    void closeStore() {
        store().close();
        assertThat(told)
                .allSatisfy((times, change) -> assertThat(times)
                        .as("times the receipt of %s was told", change)
                        .hasValue(1));
    }

    void reopen(RunId run, Set<String> taskIds) {
        try (RunJournal journal = store().journal(run)) {
            journal.reopen(taskIds);
        }
    }

    StateStore store() {
        return Objects.requireNonNull(opened);
    }

    RunId created() {
        NewRun run = newRun(Optional.empty(), Map.of());
        store().create(run);
        return run.id();
    }

    static NewRun newRun(Optional<String> runKey, Map<String, String> arguments) {
        return newRun(runKey, arguments, NOON);
    }

    static NewRun newRun(Optional<String> runKey, Map<String, String> arguments, Instant createdAt) {
        return new NewRun(
                RunId.random(),
                "orders",
                "f00d",
                runKey,
                arguments,
                EngineRun.LOCAL,
                7,
                createdAt,
                Optional.empty(),
                false);
    }

    void written(RunJournal journal, TaskChange change)
            throws InterruptedException, ExecutionException, TimeoutException {
        write(journal, change).get(30, TimeUnit.SECONDS);
    }

    CompletableFuture<Boolean> write(RunJournal journal, TaskChange change) {
        CompletableFuture<Boolean> receipt = new CompletableFuture<>();
        AtomicInteger times = new AtomicInteger();
        told.put(times, change);
        journal.write(change, new RunJournal.Receipt() {
            @Override
            public void durable() {
                times.incrementAndGet();
                receipt.complete(true);
            }

            @Override
            public void failed(StateStoreException failure) {
                times.incrementAndGet();
                receipt.completeExceptionally(failure);
            }
        });
        return receipt;
    }
}
