package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.RunJournal;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredTask;
import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MappedTaskTest {
    private final Etl etl = Etl.inMemory();
    private final PipelineBuilder pipeline = Pipeline.named("mapped");

    @AfterEach
    void close() {
        etl.close();
    }

    private TaskRef<List<Integer>> numbers(int count) {
        return pipeline.task("numbers", new GenericType<List<Integer>>() {})
                .run(ctx -> IntStream.range(0, count).boxed().toList());
    }

    @Test
    void a_task_runs_once_for_each_element_of_an_upstream_list_and_a_reduce_reads_the_outputs() {
        TaskRef<List<Integer>> squares =
                pipeline.task("square", Integer.class).mapOver(numbers(1_000)).run((ctx, n) -> n * n);
        TaskRef<Integer> sum = pipeline.task("sum", Integer.class)
                .from(squares)
                .run((ctx, all) -> all.stream().mapToInt(Integer::intValue).sum());

        RunReport run = etl.run(pipeline.build());

        assertThat(run.output(squares)).hasSize(1_000).startsWith(0, 1, 4, 9).endsWith(998_001);
        assertThat(run.output(sum)).isEqualTo(332_833_500);
        assertThat(run.elements(squares))
                .hasSize(1_000)
                .allSatisfy(element -> assertThat(element)
                        .returns(TaskState.SUCCEEDED, TaskReport::state)
                        .returns(1, TaskReport::attempts));
    }

    @Test
    void a_list_that_is_known_beforehand_is_mapped_too() {
        TaskRef<List<String>> upper = pipeline.task("upper", String.class)
                .mapOver(List.of("a", "b"))
                .run((ctx, text) -> text + ctx.mapIndex().getAsInt());

        assertThat(etl.run(pipeline.build()).output(upper)).containsExactly("a0", "b1");
    }

    @Test
    void the_next_element_does_not_wait_until_the_end_of_the_one_before_is_stored() {
        List<RunJournal.Receipt> stored = new CopyOnWriteArrayList<>();
        AtomicBoolean slow = new AtomicBoolean();
        StoreDouble store = new StoreDouble() {
            @Override
            RunJournal.Receipt told(RunJournal.Receipt receipt) {
                return slow.get() ? new LateReceipt(receipt, stored) : receipt;
            }
        };
        TaskRef<List<Integer>> same = pipeline.task("same", Integer.class)
                .mapOver(List.of(0, 1, 2, 3))
                .run((ctx, n) -> {
                    slow.set(n < 3);
                    if (n == 3) {
                        assertThat(stored).hasSizeGreaterThanOrEqualTo(3);
                        stored.forEach(RunJournal.Receipt::durable);
                    }
                    return n;
                });

        try (Etl slowly = Etl.builder().store(store).parallelism(1).build()) {
            RunReport run = slowly.run(pipeline.build());

            assertThat(run.output(same)).containsExactly(0, 1, 2, 3);
            assertThat(run.elements(same))
                    .allSatisfy(element -> assertThat(element.attempts()).isEqualTo(1));
        }
    }

    /** Told only when somebody does so. */
    private record LateReceipt(RunJournal.Receipt receipt, List<RunJournal.Receipt> stored)
            implements RunJournal.Receipt {
        @Override
        public void durable() {
            stored.add(receipt);
        }

        @Override
        public void failed(StateStoreException failure) {
            receipt.failed(failure);
        }
    }

    @Test
    void no_element_is_a_success_with_an_empty_list() {
        TaskRef<List<Integer>> none =
                pipeline.task("none", Integer.class).mapOver(numbers(0)).run((ctx, n) -> n);

        RunReport run = etl.run(pipeline.build());

        assertThat(run.output(none)).isEmpty();
        assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void two_lists_are_mapped_in_step_or_in_all_combinations() {
        TaskRef<List<String>> letters =
                pipeline.task("letters", new GenericType<List<String>>() {}).run(ctx -> List.of("a", "b"));
        TaskRef<List<Integer>> digits =
                pipeline.task("digits", new GenericType<List<Integer>>() {}).run(ctx -> List.of(1, 2));
        TaskRef<List<String>> zip = pipeline.task("zip", String.class)
                .mapOverZip(letters, digits)
                .run((ctx, letter, digit) -> letter + digit);
        TaskRef<List<String>> product = pipeline.task("product", String.class)
                .mapOverProduct(letters, digits)
                .run((ctx, letter, digit) -> letter + digit);

        RunReport run = etl.run(pipeline.build());

        assertThat(run.output(zip)).containsExactly("a1", "b2");
        assertThat(run.output(product)).containsExactly("a1", "a2", "b1", "b2");
    }

    @Test
    void lists_in_step_that_are_not_equally_long_fail_the_task() {
        TaskRef<List<Integer>> zip = pipeline.task("zip", Integer.class)
                .mapOverZip(
                        numbers(2),
                        pipeline.task("three", new GenericType<List<Integer>>() {})
                                .run(ctx -> List.of(1, 2, 3)))
                .run((ctx, a, b) -> a + b);

        RunReport run = etl.run(pipeline.build());

        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.task(zip).error().orElseThrow().message()).contains("have 2 and 3 elements");
    }

    @Test
    void elements_fail_and_are_retried_one_by_one_and_the_others_go_on() {
        Map<Integer, AtomicInteger> attempts = new ConcurrentHashMap<>();
        TaskRef<List<Integer>> mapped = pipeline.task("mapped", Integer.class)
                .retry(RetryPolicy.attempts(2).fixed(Duration.ofMillis(1)))
                .mapOver(numbers(10))
                .run((ctx, n) -> {
                    int attempt = attempts.computeIfAbsent(n, any -> new AtomicInteger())
                            .incrementAndGet();
                    if (n == 7 || (n == 3 && attempt == 1)) {
                        throw new IllegalStateException("element " + n);
                    }
                    return n;
                });
        TaskRef<?> below = pipeline.task("below").after(mapped).run(ctx -> {});
        TaskRef<?> alarm = pipeline.task("alarm")
                .triggerRule(TriggerRule.ONE_FAILED)
                .after(mapped)
                .run(ctx -> {});

        RunReport run = etl.run(pipeline.build());

        assertThat(run.task(mapped).state()).isEqualTo(TaskState.FAILED);
        assertThat(run.task(mapped).error().orElseThrow().message())
                .startsWith("1 of 10 elements of task 'mapped' failed, the first of them with index 7");
        assertThat(run.elements(mapped)).extracting(TaskReport::attempts).containsExactly(1, 1, 1, 2, 1, 1, 1, 2, 1, 1);
        assertThat(run.task(below).state()).isEqualTo(TaskState.UPSTREAM_FAILED);
        assertThat(run.task(alarm).state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(run.error().orElseThrow().message()).isEqualTo("element 7");
    }

    @Test
    void elements_skip_themselves_and_are_left_out_of_the_outputs() {
        TaskRef<List<Integer>> even = pipeline.task("even", Integer.class)
                .mapOver(numbers(6))
                .run((ctx, n) -> {
                    if (n % 2 == 1) {
                        throw new TaskSkippedException("odd");
                    }
                    return n;
                });
        TaskRef<List<Integer>> none = pipeline.task("none", Integer.class)
                .mapOver(List.of(1))
                .run((ctx, n) -> {
                    throw new TaskSkippedException("all of them");
                });

        RunReport run = etl.run(pipeline.build());

        assertThat(run.output(even)).containsExactly(0, 2, 4);
        assertThat(run.task(none).state()).isEqualTo(TaskState.SKIPPED);
        assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void no_more_elements_are_under_way_than_allowed() {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (Etl wide = Etl.builder().parallelism(16).build()) {
            TaskRef<List<Integer>> mapped = pipeline.task("mapped", Integer.class)
                    .mapOver(numbers(200))
                    .atOnce(3)
                    .run((ctx, n) -> {
                        most.accumulateAndGet(now.incrementAndGet(), Math::max);
                        Thread.onSpinWait();
                        now.decrementAndGet();
                        return n;
                    });

            assertThat(wide.run(pipeline.build()).output(mapped)).hasSize(200);
        }

        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void a_resume_executes_the_elements_again_that_had_failed_and_no_other() {
        Map<Integer, AtomicInteger> attempts = new ConcurrentHashMap<>();
        TaskRef<List<Integer>> mapped = pipeline.task("mapped", Integer.class)
                .mapOver(numbers(20))
                .run((ctx, n) -> {
                    int attempt = attempts.computeIfAbsent(n, any -> new AtomicInteger())
                            .incrementAndGet();
                    if (n % 5 == 4 && attempt == 1) {
                        throw new IllegalStateException("element " + n);
                    }
                    return n * 10;
                });
        Pipeline built = pipeline.build();
        RunReport first = etl.run(built);
        assertThat(first.state()).isEqualTo(RunState.FAILED);

        RunReport second = etl.resume(first.id(), built).await();

        assertThat(second.output(mapped))
                .isEqualTo(IntStream.range(0, 20).mapToObj(n -> n * 10).toList());
        assertThat(attempts).allSatisfy((n, count) -> assertThat(count.get()).isEqualTo(n % 5 == 4 ? 2 : 1));
    }

    @Test
    void a_cancel_ends_the_elements_that_run_and_those_that_have_not_begun() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        TaskRef<List<Integer>> mapped = pipeline.task("mapped", Integer.class)
                .mapOver(numbers(10_000))
                .run((ctx, n) -> {
                    running.countDown();
                    new CountDownLatch(1).await();
                    return n;
                });
        RunHandle handle = etl.submit(pipeline.build(), Arguments.none());
        running.await();

        handle.cancel();
        RunReport run = handle.await();

        assertThat(run.state()).isEqualTo(RunState.CANCELLED);
        assertThat(run.task(mapped).state()).isEqualTo(TaskState.CANCELLED);
        assertThat(run.elements(mapped))
                .hasSize(10_000)
                .extracting(TaskReport::state)
                .containsOnly(TaskState.CANCELLED);
    }

    @Test
    void a_hundred_thousand_elements_run() {
        TaskRef<List<Integer>> mapped =
                pipeline.task("mapped", Integer.class).mapOver(numbers(100_000)).run((ctx, n) -> n + 1);

        RunReport run = etl.run(pipeline.build());

        assertThat(run.output(mapped)).hasSize(100_000).endsWith(100_000);
        assertThat(etl.store().tasks(run.id())).hasSize(100_002);
        assertThat(etl.store().tasks(run.id()).get(1)).returns(0, StoredTask::mapIndex);
    }

    @Test
    void a_mapped_task_is_mapped_over_by_the_next_one() {
        TaskRef<List<Integer>> doubled =
                pipeline.task("doubled", Integer.class).mapOver(numbers(5)).run((ctx, n) -> n * 2);
        TaskRef<List<String>> text =
                pipeline.task("text", String.class).mapOver(doubled).run((ctx, n) -> "<" + n + ">");

        assertThat(etl.run(pipeline.build()).output(text)).containsExactly("<0>", "<2>", "<4>", "<6>", "<8>");
    }

    @Test
    void a_list_that_cannot_even_be_counted_fails_the_task_alone() {
        TaskRef<List<Integer>> source = pipeline.task("source", new GenericType<List<Integer>>() {})
                .run(ctx -> new AbstractList<>() {
                    @Override
                    public Integer get(int index) {
                        return index;
                    }

                    @Override
                    public int size() {
                        throw new StackOverflowError("as planned");
                    }
                });
        TaskRef<List<Integer>> mapped =
                pipeline.task("mapped", Integer.class).mapOver(source).run((ctx, number) -> number);
        TaskRef<?> beside = pipeline.task("beside").run(ctx -> {});

        RunReport run = etl.run(pipeline.build());

        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.task(mapped).state()).isEqualTo(TaskState.FAILED);
        assertThat(run.task(beside).state()).isEqualTo(TaskState.SUCCEEDED);
    }

    @Test
    void a_null_in_place_of_a_list_fails_the_task_and_says_so() {
        TaskRef<List<Integer>> nothing =
                pipeline.task("nothing", new GenericType<List<Integer>>() {}).run(ctx -> null);
        TaskRef<List<Integer>> mapped =
                pipeline.task("mapped", Integer.class).mapOver(nothing).run((ctx, n) -> n);

        RunReport run = etl.run(pipeline.build());

        assertThatThrownBy(() -> run.output(mapped)).hasMessageContaining("input 1 is null and not a list");
    }
}
