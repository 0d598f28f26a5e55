package etl.core;

import etl.core.TriggerRule.Decision;
import etl.core.TriggerRule.Upstream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** Of three upstream tasks that end at the same time, exactly one is told what becomes of the task. */
class UpstreamStatesLincheck {
    private static final int UPSTREAM = 3;
    private static final List<TaskState> ENDS =
            List.of(TaskState.SUCCEEDED, TaskState.FAILED, TaskState.UPSTREAM_FAILED, TaskState.SKIPPED);
    private static final List<TriggerRule> RULES =
            List.of(TriggerRule.ALL_SUCCESS, TriggerRule.ONE_SUCCESS, TriggerRule.ALL_DONE);
    private static final Pipeline PIPELINE = pipeline();

    private static Pipeline pipeline() {
        PipelineBuilder pipeline = Pipeline.named("joins");
        TaskRef<?> a = pipeline.task("a").run(context -> {});
        TaskRef<?> b = pipeline.task("b").run(context -> {});
        TaskRef<?> c = pipeline.task("c").run(context -> {});
        for (TriggerRule rule : RULES) {
            pipeline.task(rule.name()).after(a, b, c).triggerRule(rule).run(context -> {});
        }
        return pipeline.build();
    }

    @Test
    void a_task_that_needs_every_success() {
        Interleavings.explore(AllSuccess.class, UPSTREAM, 4, 60);
    }

    @Test
    void a_task_that_starts_with_the_first_success() {
        Interleavings.explore(OneSuccess.class, UPSTREAM, 4, 60);
    }

    @Test
    void a_task_that_starts_after_all_ends() {
        Interleavings.explore(AllDone.class, UPSTREAM, 1, 60);
    }

    public static class AllSuccess extends Ends {
        public AllSuccess() {
            super(TriggerRule.ALL_SUCCESS);
        }
    }

    public static class OneSuccess extends Ends {
        public OneSuccess() {
            super(TriggerRule.ONE_SUCCESS);
        }
    }

    public static class AllDone extends Ends {
        public AllDone() {
            super(TriggerRule.ALL_DONE);
        }
    }

    public abstract static class Ends {
        private final TriggerRule rule;
        private final UpstreamStates states = new UpstreamStates(PIPELINE);
        private final AtomicReferenceArray<TaskState> ends = new AtomicReferenceArray<>(UPSTREAM);
        private final AtomicInteger decisions = new AtomicInteger();

        Ends(TriggerRule rule) {
            this.rule = rule;
        }

        @Operation(runOnce = true)
        public Decision first(@Param(gen = IntGen.class, conf = "0:3") int end) {
            return ended(0, end);
        }

        @Operation(runOnce = true)
        public Decision second(@Param(gen = IntGen.class, conf = "0:3") int end) {
            return ended(1, end);
        }

        @Operation(runOnce = true)
        public Decision third(@Param(gen = IntGen.class, conf = "0:3") int end) {
            return ended(2, end);
        }

        private Decision ended(int upstream, int end) {
            ends.set(upstream, ENDS.get(end));
            Decision decision = told(UPSTREAM + RULES.indexOf(rule), ENDS.get(end));
            if (decision != Decision.WAIT) {
                decisions.incrementAndGet();
                Interleavings.check(decision == rule.decide(upstream()), "the rule says " + rule.decide(upstream()));
            }
            return decision;
        }

        private Decision told(int task, TaskState end) {
            boolean isPlain = rule == TriggerRule.ALL_SUCCESS;
            return isPlain && end == TaskState.SUCCEEDED
                    ? states.succeeded(task, other -> TaskState.SUCCEEDED)
                    : states.ended(task, end, other -> TaskState.SUCCEEDED);
        }

        /** As far as they have ended. */
        private Upstream upstream() {
            boolean[] seen = new boolean[ENDS.size()];
            int ended = 0;
            for (int i = 0; i < UPSTREAM; i++) {
                TaskState end = ends.get(i);
                if (end != null) {
                    ended++;
                    seen[ENDS.indexOf(end)] = true;
                }
            }
            return new Upstream(ended == UPSTREAM, seen[0], seen[1], seen[2], seen[3]);
        }

        @Validate
        public void oneIsToldTheDecision() {
            int expected = rule.decide(upstream()) == Decision.WAIT ? 0 : 1;
            Interleavings.check(decisions.get() == expected, decisions + " were told the decision");
        }
    }
}
