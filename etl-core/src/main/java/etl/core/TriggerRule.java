package etl.core;

/**
 * When a task starts, seen from the final states of its upstream tasks. The meaning is that of Apache Airflow's rules of
 * the same names (Airflow documentation, "DAGs", section "Trigger Rules"), with one difference: a task that is going to be
 * skipped because an upstream task was skipped is told so when all of them have ended, so that the outcome never depends
 * on which of them was faster.
 *
 * <p>{@link #decide} is the only place that turns upstream states into a decision. A task without upstream tasks always
 * starts. A cancelled upstream task counts as a failed one.
 */
public enum TriggerRule {
    /** Every upstream task has succeeded. The default. */
    ALL_SUCCESS {
        @Override
        public Decision decide(Upstream upstream) {
            if (upstream.anyFailedOrUpstreamFailed()) {
                return Decision.UPSTREAM_FAILED;
            }
            return upstream.whenDone(upstream.anySkipped() ? Decision.SKIP : Decision.START);
        }
    },
    /** Every upstream task has failed, or could not start because of a failure above it. */
    ALL_FAILED {
        @Override
        public Decision decide(Upstream upstream) {
            return upstream.anySucceeded() || upstream.anySkipped() ? Decision.SKIP : upstream.whenDone(Decision.START);
        }
    },
    /** Every upstream task has ended, however. */
    ALL_DONE {
        @Override
        public Decision decide(Upstream upstream) {
            return upstream.whenDone(Decision.START);
        }
    },
    /** One upstream task has succeeded; the others are not waited for. */
    ONE_SUCCESS {
        @Override
        public Decision decide(Upstream upstream) {
            if (upstream.anySucceeded()) {
                return Decision.START;
            }
            return upstream.whenDone(upstream.anyFailedOrUpstreamFailed() ? Decision.UPSTREAM_FAILED : Decision.SKIP);
        }
    },
    /** One upstream task has failed, or could not start because of a failure above it; the others are not waited for. */
    ONE_FAILED {
        @Override
        public Decision decide(Upstream upstream) {
            return upstream.anyFailedOrUpstreamFailed() ? Decision.START : upstream.whenDone(Decision.SKIP);
        }
    },
    /** One upstream task has succeeded or failed; the others are not waited for. */
    ONE_DONE {
        @Override
        public Decision decide(Upstream upstream) {
            return upstream.anySucceeded() || upstream.anyFailed() ? Decision.START : upstream.whenDone(Decision.SKIP);
        }
    },
    /** No upstream task has failed: each has succeeded or was skipped. */
    NONE_FAILED {
        @Override
        public Decision decide(Upstream upstream) {
            return upstream.anyFailedOrUpstreamFailed() ? Decision.UPSTREAM_FAILED : upstream.whenDone(Decision.START);
        }
    },
    /** No upstream task has failed, and at least one has succeeded: the rule for a join after a branch. */
    NONE_FAILED_MIN_ONE_SUCCESS {
        @Override
        public Decision decide(Upstream upstream) {
            if (upstream.anyFailedOrUpstreamFailed()) {
                return Decision.UPSTREAM_FAILED;
            }
            return upstream.whenDone(upstream.anySucceeded() ? Decision.START : Decision.SKIP);
        }
    },
    /** No upstream task was skipped: each has succeeded or failed. */
    NONE_SKIPPED {
        @Override
        public Decision decide(Upstream upstream) {
            return upstream.anySkipped() ? Decision.SKIP : upstream.whenDone(Decision.START);
        }
    },
    /** Every upstream task was skipped. */
    ALL_SKIPPED {
        @Override
        public Decision decide(Upstream upstream) {
            return upstream.anySucceeded() || upstream.anyFailedOrUpstreamFailed()
                    ? Decision.SKIP
                    : upstream.whenDone(Decision.START);
        }
    },
    /** At once, whatever becomes of the upstream tasks. */
    ALWAYS {
        @Override
        public Decision decide(Upstream upstream) {
            return Decision.START;
        }
    };

    /** What becomes of a task. */
    public enum Decision {
        /** Not known yet. */
        WAIT,
        /** The task starts. */
        START,
        /** The task becomes {@link TaskState#SKIPPED}. */
        SKIP,
        /** The task becomes {@link TaskState#UPSTREAM_FAILED}. */
        UPSTREAM_FAILED
    }

    /**
     * Decides over a task that has at least one upstream task.
     *
     * @param upstream which final states its upstream tasks have reached so far
     * @return the decision; anything but WAIT stays the same whatever the other upstream tasks do
     */
    public abstract Decision decide(Upstream upstream);

    /**
     * Whether a task of this rule can rely on the outputs of its upstream tasks.
     *
     * @return true for {@link #ALL_SUCCESS} only
     */
    public boolean needsEverySuccess() {
        return this == ALL_SUCCESS;
    }

    /**
     * Which final states the upstream tasks of a task have reached so far. How many of them are in each does not matter
     * to any rule.
     *
     * @param done whether all of them have ended
     * @param anySucceeded whether one is SUCCEEDED
     * @param anyFailed whether one is FAILED or CANCELLED
     * @param anyUpstreamFailed whether one is UPSTREAM_FAILED
     * @param anySkipped whether one is SKIPPED
     */
    public record Upstream(
            boolean done, boolean anySucceeded, boolean anyFailed, boolean anyUpstreamFailed, boolean anySkipped) {
        boolean anyFailedOrUpstreamFailed() {
            return anyFailed || anyUpstreamFailed;
        }

        private Decision whenDone(Decision decision) {
            return done ? decision : Decision.WAIT;
        }
    }
}
