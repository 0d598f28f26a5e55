package etl.engines;

import etl.core.Backoff;
import etl.core.RetryPolicy;
import etl.core.TaskView;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Who retries a task on an engine, and when: the engine itself if it can do exactly what the policy says, else a loop in
 * the artifact, which waits as long as the Java process tells it.
 *
 * @param engineOwned whether the engine retries
 * @param attempts how many attempts there are at most
 * @param delays the wait before each retry, without jitter
 * @param timeout the longest time of one Java process without its start and end, or empty: that of an attempt, and before it
 *     once more if another run may be computing the same output, which is waited for as long
 */
public record RetryPlan(boolean engineOwned, int attempts, List<Duration> delays, Optional<Duration> timeout) {
    private static final int LONGEST_LIST = 50;
    private static final Duration STOPPING = Duration.ofSeconds(90);

    /**
     * Copies the delays.
     *
     * @param engineOwned whether the engine retries
     * @param attempts how many attempts there are at most
     * @param delays the wait before each retry
     * @param timeout the longest time of one Java process, or empty
     */
    public RetryPlan {
        delays = List.copyOf(delays);
    }

    /**
     * The plan for an engine that can wait the same time before each retry, and no more.
     *
     * @param task the task
     * @return the plan
     */
    public static RetryPlan fixedOnly(TaskView task) {
        RetryPolicy policy = task.retry();
        boolean fixed = policy.backoff() instanceof Backoff.Fixed;
        return of(task, fixed && isPredictable(policy));
    }

    /**
     * The plan for an engine that takes a list of waits.
     *
     * @param task the task
     * @return the plan
     */
    public static RetryPlan listed(TaskView task) {
        RetryPolicy policy = task.retry();
        return of(task, isPredictable(policy) && policy.maxAttempts() <= LONGEST_LIST);
    }

    /**
     * The plan for an engine whose own retries are of no use.
     *
     * @param task the task
     * @return the plan
     */
    public static RetryPlan byArtifact(TaskView task) {
        return of(task, false);
    }

    private static boolean isPredictable(RetryPolicy policy) {
        return policy.isDeterministic() && policy.deadline().isEmpty();
    }

    private static RetryPlan of(TaskView task, boolean engineOwned) {
        RetryPolicy policy = task.retry();
        List<Duration> delays = new ArrayList<>();
        for (int failed = 1; failed < policy.maxAttempts() && failed <= LONGEST_LIST; failed++) {
            delays.add(policy.backoff().after(failed));
        }
        Optional<Duration> longest =
                task.timeout().map(limit -> task.cache().isPresent() ? limit.multipliedBy(2) : limit);
        return new RetryPlan(engineOwned && policy.maxAttempts() > 1, policy.maxAttempts(), delays, longest);
    }

    /**
     * How long the engine's task may take before the engine ends it, as a last resort: the Java process and the artifact
     * keep the timeout themselves.
     *
     * @return the time, or empty if the task has no timeout
     */
    public Optional<Duration> backstop() {
        int attemptsInOne = engineOwned ? 1 : attempts;
        Duration waits = engineOwned
                ? Duration.ZERO
                : delays.stream().reduce(Duration.ZERO, Duration::plus).multipliedBy(2);
        return timeout.map(
                limit -> limit.plus(STOPPING).multipliedBy(attemptsInOne).plus(waits));
    }

    /**
     * The delays as a Python tuple of seconds.
     *
     * @return Python source
     */
    public String delaysLiteral() {
        return delays.stream()
                .map(RetryPlan::seconds)
                .collect(Collectors.joining(", ", "(", delays.size() == 1 ? ",)" : ")"));
    }

    /**
     * A duration as a Python number of seconds.
     *
     * @param duration the duration
     * @return Python source
     */
    public static String seconds(Duration duration) {
        BigDecimal exact = BigDecimal.valueOf(duration.getSeconds())
                .add(BigDecimal.valueOf(duration.getNano(), 9))
                .stripTrailingZeros();
        String plain = exact.toPlainString();
        return plain.contains(".") ? plain : plain + ".0";
    }

    /**
     * How the plan is told in the mapping report.
     *
     * @param task the task
     * @param engineForm what is emitted if the engine retries
     * @return the entries for retries and timeout, none for a task that has neither
     */
    public List<MappingReport.Mapping> mappings(TaskView task, String engineForm) {
        List<MappingReport.Mapping> mappings = new ArrayList<>();
        if (attempts > 1) {
            mappings.add(
                    engineOwned
                            ? new MappingReport.Mapping(
                                    task.id(), "retry", MappingReport.Fidelity.EXACT, "by the engine: " + engineForm)
                            : new MappingReport.Mapping(
                                    task.id(),
                                    "retry",
                                    MappingReport.Fidelity.DELEGATED,
                                    "by a loop in the artifact, with the waits that the Java process tells it"));
        }
        task.timeout()
                .ifPresent(limit -> mappings.add(new MappingReport.Mapping(
                        task.id(),
                        "timeout",
                        MappingReport.Fidelity.DELEGATED,
                        "the Java process keeps " + limit
                                + " per attempt; the artifact stops it from outside if it does not")));
        return mappings;
    }
}
