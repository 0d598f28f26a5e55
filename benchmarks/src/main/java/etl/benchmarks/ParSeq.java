package etl.benchmarks;

import com.linkedin.parseq.Context;
import com.linkedin.parseq.Engine;
import com.linkedin.parseq.EngineBuilder;
import com.linkedin.parseq.Task;
import com.linkedin.parseq.promise.Promise;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** ParSeq: its tasks can be used once, so their making is measured too. One plan is executed by one thread at a time. */
final class ParSeq implements Contestant {
    @Override
    public Prepared prepare(Graph graph, IntConsumer body) {
        ForkJoinPool executor = Threads.open();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        Engine engine = new EngineBuilder()
                .setTaskExecutor(executor)
                .setTimerScheduler(timer)
                .build();
        return new Prepared() {
            @Override
            public void run() throws Exception {
                Task<Void> plan = Task.async(context -> start(graph, body, context));
                engine.run(plan);
                if (!plan.await(TIME_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    throw new TimeoutException("the plan has not ended");
                }
                plan.get();
            }

            @Override
            public void close() {
                engine.shutdown();
                timer.shutdown();
                executor.shutdown();
            }
        };
    }

    /** Starts the tasks from one place rather than nesting them: nested, 1,000 of them in a row overflow the stack. */
    private static Promise<Void> start(Graph graph, IntConsumer body, Context context) {
        Task<?>[] tasks = new Task<?>[graph.size()];
        for (int i = 0; i < tasks.length; i++) {
            int task = i;
            tasks[i] = Task.action(() -> body.accept(task));
            if (graph.upstream(i).length > 0) {
                context.after(select(tasks, graph.upstream(i))).run(tasks[i]);
            }
        }
        Task<Void> end = Task.action(() -> {});
        context.after(select(tasks, graph.leaves())).run(end);
        context.run(select(tasks, graph.roots()));
        return end;
    }

    private static Task<?>[] select(Task<?>[] tasks, int[] numbers) {
        return IntStream.of(numbers).mapToObj(number -> tasks[number]).toArray(Task<?>[]::new);
    }
}
