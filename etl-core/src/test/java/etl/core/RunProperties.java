package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.RunListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeTry;

/** The laws of execution over random graphs; {@link Dag} tells what must happen, without asking the library. */
class RunProperties {
    private final InMemoryStateStore store = InMemoryStateStore.create();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final Queue<String> executed = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> ends = new ConcurrentHashMap<>();
    private final AtomicInteger running = new AtomicInteger();
    private final Etl etl = Etl.builder()
            .store(store)
            .parallelism(3)
            .listener(new RunListener() {
                @Override
                public boolean synchronous() {
                    return true;
                }

                @Override
                public void onTaskEnded(TaskEnded event) {
                    ends.computeIfAbsent(event.taskId(), id -> new AtomicInteger())
                            .incrementAndGet();
                }
            })
            .build();

    @Provide
    Arbitrary<Dag> dags() {
        return Dag.ofAtMost(25);
    }

    @BeforeTry
    void forget() {
        faults.clear();
        executed.clear();
        ends.clear();
    }

    @AfterProperty
    void close() {
        etl.close();
    }

    private static Set<Integer> some(Dag dag, Random random) {
        Set<Integer> chosen = new HashSet<>();
        for (int task = 0; task < dag.size(); task++) {
            if (random.nextInt(5) == 0) {
                chosen.add(task);
            }
        }
        return chosen;
    }

    /** A body that watches the laws from inside. */
    private Action watching(Dag dag, int task, int parallelism, Set<Integer> failing) {
        return ctx -> {
            if (running.incrementAndGet() > parallelism) {
                faults.add("more than " + parallelism + " tasks at once");
            }
            for (int above : dag.upstream().get(task)) {
                TaskState state =
                        store.task(ctx.runId(), Dag.id(above)).orElseThrow().state();
                if (state != TaskState.SUCCEEDED) {
                    faults.add(ctx.taskId() + " runs while " + Dag.id(above) + " is " + state);
                }
            }
            executed.add(ctx.taskId());
            running.decrementAndGet();
            if (failing.contains(task)) {
                throw new IllegalStateException("as planned");
            }
        };
    }

    private static List<TaskState> states(RunReport run) {
        return run.tasks().stream().map(TaskReport::state).toList();
    }

    private static RunState stateOf(List<TaskState> tasks) {
        return tasks.contains(TaskState.FAILED) ? RunState.FAILED : RunState.SUCCEEDED;
    }

    private static String[] idsOf(List<TaskState> states, TaskState... wanted) {
        List<String> ids = new ArrayList<>();
        for (int task = 0; task < states.size(); task++) {
            if (List.of(wanted).contains(states.get(task))) {
                ids.add(Dag.id(task));
            }
        }
        return ids.toArray(String[]::new);
    }

    private void assertEachTaskEndedOnce(Dag dag) {
        assertThat(ends)
                .hasSize(dag.size())
                .allSatisfy((id, count) -> assertThat(count).as(id).hasValue(1));
    }

    @Property(tries = 200)
    void every_task_ends_once_as_its_upstream_tasks_allow(
            @ForAll("dags") Dag dag, @ForAll @IntRange(min = 1, max = 8) int parallelism, @ForAll Random random) {
        Set<Integer> failing = some(dag, random);
        List<TaskState> expected = dag.ends(failing);

        RunReport run = etl.run(dag.pipeline(parallelism, task -> watching(dag, task, parallelism, failing)));

        assertThat(faults).isEmpty();
        assertThat(states(run)).isEqualTo(expected);
        assertThat(run.state()).isEqualTo(stateOf(expected));
        assertThat(executed).containsExactlyInAnyOrder(idsOf(expected, TaskState.SUCCEEDED, TaskState.FAILED));
        assertEachTaskEndedOnce(dag);
        assertThat(store.tasks(run.id()))
                .hasSize(dag.size())
                .allSatisfy(stored -> assertThat(stored.state())
                        .isEqualTo(expected.get(Integer.parseInt(stored.taskId().substring(1)))));
        assertThat(store.find(run.id()).orElseThrow().state()).isEqualTo(run.state());
    }

    @Property(tries = 100)
    void the_outputs_do_not_depend_on_how_many_tasks_run_at_once(@ForAll("dags") Dag dag) {
        assertThat(outputs(dag, 8)).isEqualTo(outputs(dag, 1));
    }

    /** Each task's output tells its name and what it was given, in the order in which it asked for it. */
    private Map<String, String> outputs(Dag dag, int parallelism) {
        PipelineBuilder pipeline = Pipeline.named("dag").parallelism(parallelism);
        Map<Integer, TaskRef<String>> refs = new HashMap<>();
        dag.pipeline(1, task -> ctx -> {}).tasksInOrder().forEach(view -> {
            int task = Integer.parseInt(view.id().substring(1));
            List<TaskRef<String>> above = new ArrayList<>();
            dag.upstream().get(task).forEach(upper -> above.add(Objects.requireNonNull(refs.get(upper))));
            TaskBuilder<String> builder = pipeline.task(view.id(), String.class);
            refs.put(
                    task,
                    above.isEmpty()
                            ? builder.run(ctx -> view.id())
                            : builder.fromAll(above)
                                    .run((ctx, given) -> view.id() + Integer.toHexString(given.hashCode())));
        });
        RunReport run = etl.run(pipeline.build()).orThrow();
        Map<String, String> outputs = new HashMap<>();
        refs.values().forEach(ref -> outputs.put(ref.id(), run.output(ref)));
        return outputs;
    }

    @Property(tries = 100)
    void resumes_execute_exactly_the_rest(@ForAll("dags") Dag dag, @ForAll Random random) {
        Set<Integer> failing = ConcurrentHashMap.newKeySet();
        failing.addAll(some(dag, random));
        Pipeline pipeline = dag.pipeline(4, task -> watching(dag, task, 4, failing));
        RunReport run = etl.run(pipeline);
        List<TaskState> expected = dag.ends(Set.copyOf(failing));

        while (run.state() == RunState.FAILED) {
            String[] rest = idsOf(expected, TaskState.FAILED, TaskState.UPSTREAM_FAILED);
            failing.removeIf(task -> random.nextBoolean());
            List<TaskState> before = expected;
            expected = dag.ends(Set.copyOf(failing));
            executed.clear();
            try (Etl restarted = Etl.builder().store(store).build()) {
                run = restarted.resume(run.id(), pipeline).await();
            }

            assertThat(states(run)).isEqualTo(expected);
            List<TaskState> after = expected;
            assertThat(executed).isSubsetOf(rest).doesNotHaveDuplicates();
            for (int task = 0; task < dag.size(); task++) {
                boolean executable =
                        before.get(task) != TaskState.SUCCEEDED && after.get(task) != TaskState.UPSTREAM_FAILED;
                assertThat(executed.contains(Dag.id(task))).as(Dag.id(task)).isEqualTo(executable);
            }
        }

        assertThat(faults).isEmpty();
        assertThat(states(run)).containsOnly(TaskState.SUCCEEDED);
    }

    @Property(tries = 100)
    void a_cancel_at_any_moment_leaves_a_run_that_a_resume_completes(
            @ForAll("dags") Dag dag, @ForAll @IntRange(min = 1, max = 4) int parallelism, @ForAll Random random) {
        int canceller = random.nextInt(dag.size());
        CompletableFuture<RunHandle> handle = new CompletableFuture<>();
        Pipeline pipeline = dag.pipeline(parallelism, task -> {
            Action watching = watching(dag, task, parallelism, Set.of());
            return ctx -> {
                if (task == canceller && ctx.attempt() == 1) {
                    handle.join().cancel();
                }
                watching.execute(ctx);
            };
        });
        handle.complete(etl.submit(pipeline, Arguments.none()));

        RunReport cancelled = handle.join().await();
        Set<String> succeeded = Set.of(idsOf(states(cancelled), TaskState.SUCCEEDED));
        assertEachTaskEndedOnce(dag);
        assertThat(states(cancelled)).isSubsetOf(TaskState.SUCCEEDED, TaskState.CANCELLED);
        if (succeeded.size() < dag.size()) {
            assertThat(cancelled.state()).isEqualTo(RunState.CANCELLED);
            executed.clear();

            RunReport resumed = etl.resume(cancelled.id(), pipeline).await();

            assertThat(states(resumed)).containsOnly(TaskState.SUCCEEDED);
            assertThat(executed).doesNotContainAnyElementsOf(succeeded).hasSize(dag.size() - succeeded.size());
        }
        assertThat(faults).isEmpty();
    }
}
