package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.NewRun;
import etl.core.spi.RunJournal;
import etl.core.spi.StateStoreException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BulkStartTest {
    private final Map<Integer, Integer> executions = new ConcurrentHashMap<>();
    private final PipelineBuilder builder = Pipeline.named("orders");
    private final Parameter<Integer> number =
            builder.parameter("number", Integer.class).required();
    private final TaskRef<Integer> twice = builder.task("twice", Integer.class).run(ctx -> {
        executions.merge(ctx.get(number), 1, Integer::sum);
        return 2 * ctx.get(number);
    });
    private final Pipeline pipeline = builder.build();

    private RunRequest plain(int value) {
        return new RunRequest(pipeline, Arguments.of(number, value));
    }

    private RunRequest keyed(int value) {
        return keyed(value, value);
    }

    private RunRequest keyed(int key, int value) {
        return new RunRequest(
                pipeline, Arguments.of(number, value), RunOptions.none().key("key " + key));
    }

    private static List<RunReport> ends(List<RunHandle> runs) {
        return runs.stream().map(run -> run.await().orThrow()).toList();
    }

    private List<Integer> outputs(List<RunHandle> runs) {
        return ends(runs).stream().map(report -> report.output(twice)).toList();
    }

    @Test
    void each_request_is_a_run_in_the_order_of_the_requests() {
        try (Etl etl = Etl.inMemory()) {
            List<RunHandle> runs =
                    etl.submitAll(IntStream.range(0, 500).mapToObj(this::plain).toList());

            assertThat(outputs(runs))
                    .isEqualTo(IntStream.range(0, 500).map(i -> 2 * i).boxed().toList());
            assertThat(runs).noneMatch(RunHandle::isExisting);
            assertThat(executions)
                    .hasSize(500)
                    .allSatisfy((value, times) -> assertThat(times).isEqualTo(1));
            assertThat(etl.submitAll(List.of())).isEmpty();
        }
    }

    @Test
    void a_key_that_has_a_run_or_is_there_twice_gives_that_run() {
        try (Etl etl = Etl.inMemory()) {
            RunHandle before = etl.submit(
                    pipeline, Arguments.of(number, 1), RunOptions.none().key("key 1"));

            List<RunHandle> runs = etl.submitAll(List.of(keyed(2), keyed(1), plain(3), keyed(2)));

            assertThat(outputs(runs)).containsExactly(4, 2, 6, 4);
            assertThat(runs).extracting(RunHandle::isExisting).containsExactly(false, true, false, true);
            assertThat(runs.get(1).id()).isEqualTo(before.id());
            assertThat(runs.get(3).id()).isEqualTo(runs.get(0).id());
            assertThat(executions).isEqualTo(Map.of(1, 1, 2, 1, 3, 1));
        }
    }

    @Test
    void arguments_that_do_not_fit_keep_all_from_being_started() {
        try (Etl etl = Etl.inMemory()) {
            List<RunRequest> requests = List.of(plain(1), new RunRequest(pipeline, Arguments.none()));

            assertThatThrownBy(() -> etl.submitAll(requests))
                    .isInstanceOf(ArgumentsInvalidException.class)
                    .hasMessageContaining("number");

            assertThat(etl.store().recent(10)).isEmpty();
        }
    }

    @Test
    void keys_of_other_runs_are_refused_after_the_others_were_started() {
        try (Etl etl = Etl.inMemory()) {
            ends(etl.submitAll(List.of(keyed(1), keyed(2))));

            assertThatThrownBy(() -> etl.submitAll(List.of(keyed(1, 7), plain(3), keyed(2, 8), keyed(4))))
                    .isInstanceOf(RunKeyConflictException.class)
                    .hasMessageContaining("number was '1' and is now '7'")
                    .satisfies(conflict -> assertThat(conflict.getSuppressed())
                            .singleElement()
                            .isInstanceOf(RunKeyConflictException.class));

            assertThat(outputs(etl.submitAll(List.of(keyed(4))))).containsExactly(8);
            assertThat(etl.store().recent(10)).hasSize(4);
            assertThat(executions).containsEntry(4, 1).doesNotContainKeys(7, 8);
        }
    }

    @Test
    void what_could_not_be_recorded_can_be_submitted_again() {
        AtomicReference<StateStoreException> trouble =
                new AtomicReference<>(new StateStoreException("disk full", null));
        StoreDouble store = new StoreDouble() {
            @Override
            public Set<RunId> createAll(List<NewRun> runs) {
                StateStoreException failure = trouble.getAndSet(null);
                if (failure != null) {
                    throw failure;
                }
                return super.createAll(runs);
            }
        };
        try (Etl etl = Etl.builder().store(store).build()) {
            List<RunRequest> requests = List.of(keyed(1), keyed(2), keyed(1));

            assertThatThrownBy(() -> etl.submitAll(requests)).hasMessage("disk full");

            assertThat(outputs(etl.submitAll(requests))).containsExactly(2, 4, 2);
            assertThat(executions).isEqualTo(Map.of(1, 1, 2, 1));
        }
    }

    @Test
    void two_that_start_the_same_keys_in_opposite_order_do_not_wait_for_each_other() throws Exception {
        List<RunRequest> requests =
                new ArrayList<>(IntStream.range(0, 200).mapToObj(this::keyed).toList());
        List<RunRequest> reversed = new ArrayList<>(requests);
        Collections.reverse(reversed);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        CountDownLatch together = new CountDownLatch(2);
        try (Etl etl = Etl.inMemory()) {
            List<Future<List<RunHandle>>> both = List.of(requests, reversed).stream()
                    .map(wanted -> threads.submit(() -> {
                        together.countDown();
                        together.await();
                        return etl.submitAll(wanted);
                    }))
                    .toList();

            for (Future<List<RunHandle>> runs : both) {
                ends(runs.get());
            }
            assertThat(executions)
                    .hasSize(200)
                    .allSatisfy((value, times) -> assertThat(times).isEqualTo(1));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void more_than_the_most_are_refused() {
        try (Etl etl = Etl.inMemory()) {
            assertThatThrownBy(() -> etl.submitAll(Collections.nCopies(Etl.MOST_AT_ONCE + 1, plain(1))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1001 runs are too many");
            assertThat(etl.store().recent(10)).isEmpty();
        }
    }

    @Test
    void a_store_that_fails_in_the_middle_does_not_keep_the_others_from_being_started() {
        AtomicInteger creations = new AtomicInteger();
        StoreDouble store = new StoreDouble() {
            @Override
            public boolean create(NewRun run) {
                if (creations.incrementAndGet() > 2) {
                    throw new StateStoreException("disk full", null);
                }
                return super.create(run);
            }
        };
        try (Etl etl = Etl.builder().store(store).build()) {
            assertThatThrownBy(() -> etl.submitAll(List.of(keyed(1), keyed(2), keyed(3), keyed(4))))
                    .hasMessage("disk full")
                    .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));

            assertThat(outputs(List.of(follow(etl, 1), follow(etl, 2)))).containsExactly(2, 4);
            assertThat(executions).isEqualTo(Map.of(1, 1, 2, 1));
        }
    }

    private RunHandle follow(Etl etl, int key) {
        return etl.control().follow(RunId.ofKey("orders", "key " + key), pipeline);
    }

    @Test
    void a_close_in_the_middle_starts_no_more() throws Exception {
        AtomicReference<Etl> closing = new AtomicReference<>();
        AtomicInteger opened = new AtomicInteger();
        StoreDouble store = new StoreDouble() {
            @Override
            public RunJournal journal(RunId run) {
                if (opened.incrementAndGet() == 3) {
                    closing.get().close();
                }
                return super.journal(run);
            }
        };
        Etl etl = Etl.builder().store(store).build();
        closing.set(etl);

        assertThatThrownBy(() -> etl.submitAll(
                        IntStream.range(0, 20).mapToObj(this::keyed).toList()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was closed when 3 of 20 runs had begun");
        assertThat(executions).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void a_closed_orchestrator_refuses() {
        Etl etl = Etl.inMemory();
        etl.close();

        assertThatThrownBy(() -> etl.submitAll(List.of(plain(1)))).isInstanceOf(IllegalStateException.class);
    }
}
