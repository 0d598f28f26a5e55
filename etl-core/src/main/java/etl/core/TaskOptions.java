package etl.core;

import etl.core.spi.RunListener.SlaMissed;
import etl.core.spi.RunListener.TaskEnded;
import etl.core.spi.RunListener.TaskRetrying;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What every task can be told before its inputs and its code. Not safe for use by many threads.
 *
 * <p>Defaults: no description, one attempt, no timeout, no cache, no upstream tasks but the inputs.
 *
 * <p>There is no SLA and there are no callbacks unless declared. Callbacks are called one at a time, in the order of the
 * events, on a thread that only they wait for: they may block, and their failures are logged and change nothing. A mapped
 * task's callbacks are called for each element and for the task as a whole.
 *
 * @param <S> the builder itself
 */
public abstract class TaskOptions<S extends TaskOptions<S>> {
    final PipelineBuilder pipeline;
    final String id;
    private final List<Dependency> upstream = new ArrayList<>();
    private String description = "";
    private Optional<String> group = Optional.empty();
    private final HooksDeclaration hooks = new HooksDeclaration();
    private RetryPolicy retry = RetryPolicy.none();
    private Optional<Duration> timeout = Optional.empty();
    private TriggerRule triggerRule = TriggerRule.ALL_SUCCESS;
    private final List<DeclaredChoice> choices = new ArrayList<>();
    private final List<TaskRef<?>> setups = new ArrayList<>();
    private boolean runsFinally;
    private Optional<String> pool = Optional.empty();
    private int poolSlots = 1;
    private int priority;
    private Optional<Cache> cache = Optional.empty();

    TaskOptions(PipelineBuilder pipeline, String id) {
        this.pipeline = pipeline;
        this.id = Objects.requireNonNull(id, "id");
    }

    abstract S self();

    /**
     * Says what the task does.
     *
     * @param newDescription one line for people
     * @return this builder
     */
    public S describedAs(String newDescription) {
        description = Objects.requireNonNull(newDescription, "description");
        return self();
    }

    /**
     * Puts the task into a group. Groups are names for people and engines: graphs and reports show them, and they change
     * nothing about a run.
     *
     * @param path the name of the group, or names of groups within groups as {@code load/orders}: letters, digits, '_' and
     *     '-' between the slashes; default no group
     * @return this builder
     */
    public S group(String path) {
        group = Optional.of(path);
        return self();
    }

    /**
     * Says what happens when an attempt fails.
     *
     * @param policy the policy; default {@link RetryPolicy#none()}
     * @return this builder
     */
    public S retry(RetryPolicy policy) {
        retry = Objects.requireNonNull(policy, "policy");
        return self();
    }

    /**
     * Limits each attempt: when the time is over the attempt's thread is interrupted and the attempt has failed with a
     * {@link TaskTimeoutException}, which the retry policy sees like any other failure.
     *
     * @param perAttempt the longest time of one attempt, positive; default no limit
     * @return this builder
     * @throws IllegalArgumentException if the time is not positive
     */
    public S timeout(Duration perAttempt) {
        timeout = Optional.of(Checks.positive(perAttempt, "timeout"));
        return self();
    }

    /**
     * Starts the task only after these have succeeded, without reading their outputs.
     *
     * @param tasks tasks of the same pipeline
     * @return this builder
     */
    public S after(TaskRef<?>... tasks) {
        for (TaskRef<?> task : tasks) {
            upstream.add(Dependency.on(task));
        }
        return self();
    }

    /**
     * Starts the task only after these have succeeded; they may be declared later.
     *
     * @param taskIds ids of tasks of the same pipeline
     * @return this builder
     */
    public S after(String... taskIds) {
        for (String taskId : taskIds) {
            upstream.add(Dependency.on(taskId));
        }
        return self();
    }

    /**
     * Starts the task only after included pipelines have succeeded as a whole; see {@link Inclusion#end()}.
     *
     * @param inclusions inclusions in the same pipeline
     * @return this builder
     */
    public S after(Inclusion... inclusions) {
        for (Inclusion inclusion : inclusions) {
            upstream.add(Dependency.on(inclusion.end()));
        }
        return self();
    }

    /**
     * Says when the task starts. Under any other rule than {@link TriggerRule#ALL_SUCCESS} an upstream task may have no
     * output: name it in {@link #after(TaskRef...)} instead of {@code from}, and read {@link TaskContext#output}.
     *
     * @param rule the rule; default {@link TriggerRule#ALL_SUCCESS}
     * @return this builder
     */
    public S triggerRule(TriggerRule rule) {
        triggerRule = Objects.requireNonNull(rule, "rule");
        return self();
    }

    /**
     * Starts the task only if a branch has chosen it: if the output of an upstream task is one of these values. Otherwise
     * that upstream task counts as skipped, so that this task is {@link TaskState#SKIPPED} under the default rule. A task
     * that joins branches again has the rule {@link TriggerRule#NONE_FAILED_MIN_ONE_SUCCESS}.
     *
     * @param branch a task of the same pipeline whose output is an enum constant, a string or a boolean
     * @param values the outputs for which this task starts, at least one
     * @param <T> the type of the output
     * @return this builder
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final <T> S when(TaskRef<T> branch, T... values) {
        choices.add(new DeclaredChoice(branch, Set.copyOf(List.of(values))));
        upstream.add(Dependency.on(branch));
        return self();
    }

    /**
     * Makes the task the teardown of others: it starts when all its upstream tasks have ended, however, if these have
     * succeeded, even in a run that is being cancelled. If one of them has failed, there is nothing to tear down: the task
     * is {@link TaskState#UPSTREAM_FAILED}; it is {@link TaskState#SKIPPED} if they were skipped. A failure of the
     * teardown fails the run, but never hides an earlier one. It may read the outputs of its setups and of no other task.
     *
     * @param setupTasks tasks of the same pipeline, at least one
     * @return this builder
     */
    public S teardownOf(TaskRef<?>... setupTasks) {
        for (TaskRef<?> setup : setupTasks) {
            setups.add(setup);
            upstream.add(Dependency.on(setup));
        }
        return self();
    }

    /**
     * Starts the task when all others of this pipeline have ended, however, even in a run that is being cancelled. Several
     * such tasks follow each other only if one depends on the other.
     *
     * @return this builder
     */
    public S runsFinally() {
        runsFinally = true;
        return self();
    }

    /**
     * Executes the task only while it has a slot of a pool.
     *
     * @param name a pool of the {@linkplain EtlBuilder#pool(String, int) orchestrator}
     * @return this builder
     */
    public S pool(String name) {
        return pool(name, 1);
    }

    /**
     * Executes the task only while it has slots of a pool. An element of a mapped task has slots of its own.
     *
     * @param name a pool of the {@linkplain EtlBuilder#pool(String, int) orchestrator}
     * @param slots how many slots, at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is less than 1
     */
    public S pool(String name, int slots) {
        pool = Optional.of(name);
        poolSlots = Checks.atLeastOne(slots, "slots");
        return self();
    }

    /**
     * Says how important the task is where slots are scarce: of its pool, or of the run. Each step overtakes up to
     * {@value Turn#OVERTAKES} tasks that were there before, so that no task waits for ever.
     *
     * @param level from -1000 to 1000, higher is more important; default 0
     * @return this builder
     * @throws IllegalArgumentException if the level is out of range
     */
    public S priority(int level) {
        if (level < -1_000 || level > 1_000) {
            throw new IllegalArgumentException("priority is " + level + "; use a number from -1000 to 1000");
        }
        priority = level;
        return self();
    }

    /**
     * Reuses the output of the task when everything that it depends on is the same, so that the task is SUCCEEDED without
     * being executed. Of several runs that want the same output one computes it, while the others wait without a thread;
     * a task with a {@link #timeout} waits no longer than that. Of a mapped task each element has its output.
     *
     * @param newCache the cache; default none
     * @return this builder
     */
    public S cache(Cache newCache) {
        cache = Optional.of(newCache);
        return self();
    }

    /**
     * Says when the task should have ended. If it has not, it goes on, and {@link #onSlaMiss} and the listeners are told.
     *
     * @param sinceRunStart the time from the start, or the resumption, of the run to the end of the task, positive; if the
     *     pipeline is {@linkplain Inclusion included} in another one, from the start of that part of the run; default no
     *     SLA
     * @return this builder
     * @throws IllegalArgumentException if the time is not positive
     */
    public S sla(Duration sinceRunStart) {
        hooks.sla(sinceRunStart);
        return self();
    }

    /**
     * Adds a callback for the task that has SUCCEEDED.
     *
     * @param callback is given what happened
     * @return this builder
     */
    public S onSuccess(Consumer<? super TaskEnded> callback) {
        hooks.add(Hooks.Point.SUCCESS, TaskEnded.class, callback);
        return self();
    }

    /**
     * Adds a callback for the task that has FAILED; not for one that was not started because of a failure upstream.
     *
     * @param callback is given what happened
     * @return this builder
     */
    public S onFailure(Consumer<? super TaskEnded> callback) {
        hooks.add(Hooks.Point.FAILURE, TaskEnded.class, callback);
        return self();
    }

    /**
     * Adds a callback for each attempt that has failed and is followed by another one.
     *
     * @param callback is given what happened
     * @return this builder
     */
    public S onRetry(Consumer<? super TaskRetrying> callback) {
        hooks.add(Hooks.Point.RETRY, TaskRetrying.class, callback);
        return self();
    }

    /**
     * Adds a callback for the task that was SKIPPED.
     *
     * @param callback is given what happened
     * @return this builder
     */
    public S onSkip(Consumer<? super TaskEnded> callback) {
        hooks.add(Hooks.Point.SKIP, TaskEnded.class, callback);
        return self();
    }

    /**
     * Adds a callback for the task that has not ended in the time of its {@link #sla}.
     *
     * @param callback is given what happened
     * @return this builder
     */
    public S onSlaMiss(Consumer<? super SlaMissed> callback) {
        hooks.add(Hooks.Point.SLA_MISS, SlaMissed.class, callback);
        return self();
    }

    TaskDeclaration declare(Type outputType, List<TaskRef<?>> inputs, TaskBody body) {
        return declare(outputType, Optional.empty(), inputs, body);
    }

    TaskDeclaration declare(Type outputType, Optional<Mapping> mapping, List<TaskRef<?>> inputs, TaskBody body) {
        if (!hooks.hasSla() && !hooks.misses(Hooks.Point.SLA_MISS)) {
            throw new IllegalStateException("task '" + id + "' has onSlaMiss(..) but no sla(..); declare both");
        }
        List<Dependency> all = new ArrayList<>();
        inputs.forEach(input -> all.add(Dependency.on(input)));
        all.addAll(upstream);
        return new TaskDeclaration(
                id,
                description,
                group,
                retry,
                timeout,
                Trigger.of(triggerRule, List.copyOf(choices), List.copyOf(setups), runsFinally),
                outputType,
                mapping,
                new Scarcity(pool, poolSlots, priority),
                List.copyOf(inputs),
                all,
                pipeline.add(body),
                hooks.build(),
                cache,
                pipeline.scope());
    }
}
