package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** When the tasks of an included pipeline start, and what follows its end. */
class InclusionOrderTest extends Inclusions {
    @Test
    void nothing_of_it_starts_before_what_it_waits_for_whatever_its_rules() {
        PipelineBuilder eager = Pipeline.named("eager");
        TaskRef<?> root = eager.task("root").run(noting("root"));
        eager.task("always").triggerRule(TriggerRule.ALWAYS).after(root).run(noting("always"));
        eager.task("done").triggerRule(TriggerRule.ALL_DONE).after(root).run(noting("done"));
        eager.task("alone").triggerRule(TriggerRule.ALL_FAILED).run(noting("alone"));
        eager.task("finally").runsFinally().run(noting("finally"));
        Pipeline pipeline = eager.build();
        TaskRef<?> good = outer.task("good").run(noting("good"));
        TaskRef<?> bad = outer.task("bad").run(failing());
        TaskRef<?> skipped = outer.task("skipped").run(ctx -> {
            throw new TaskSkippedException("nothing to do");
        });
        outer.include("x", pipeline).after(good);
        outer.include("y", pipeline).after(good, bad);
        outer.include("z", pipeline).after(skipped, good);

        RunReport run = etl.run(outer.build());

        assertThat(executed).hasSize(6).startsWith("good").endsWith("finally");
        assertThat(states(run))
                .filteredOn(line -> line.startsWith("x--"))
                .hasSize(5)
                .allMatch(line -> line.endsWith(" SUCCEEDED"));
        assertThat(states(run))
                .filteredOn(line -> line.startsWith("y--"))
                .hasSize(5)
                .allMatch(line -> line.endsWith(" UPSTREAM_FAILED"));
        assertThat(states(run))
                .filteredOn(line -> line.startsWith("z--"))
                .hasSize(5)
                .allMatch(line -> line.endsWith(" SKIPPED"));
    }

    @Test
    void what_runs_finally_within_it_waits_for_its_own_pipeline_alone() {
        PipelineBuilder part = Pipeline.named("part");
        TaskRef<?> work = part.task("work").run(failing());
        part.task("last").runsFinally().run(noting("last of part"));
        Inclusion inclusion = outer.include("part", part.build());
        outer.task("after").triggerRule(TriggerRule.ALL_DONE).after(inclusion).run(noting("after"));
        outer.task("last").runsFinally().run(noting("last of all"));
        assertThat(inclusion.output(work).id()).isEqualTo("part--work");

        Pipeline pipeline = outer.build();
        RunReport run = etl.run(pipeline);

        assertThat(executed).containsExactly("last of part", "after", "last of all");
        assertThat(states(run))
                .containsExactly(
                        "part--work FAILED",
                        "part--last SUCCEEDED",
                        "part UPSTREAM_FAILED",
                        "after SUCCEEDED",
                        "last SUCCEEDED");
        assertThat(pipeline.task("part").orElseThrow())
                .returns(List.of("part--work"), TaskView::endOf)
                .returns(false, TaskView::isPlain);
        assertThat(pipeline.task("part--last").orElseThrow())
                .returns(true, TaskView::runsFinally)
                .returns(List.of("part--work"), TaskView::upstream);
    }

    @Test
    void its_end_does_not_hide_a_failure_behind_a_clean_up() {
        PipelineBuilder part = Pipeline.named("part");
        TaskRef<?> setup = part.task("setup").run(noting("setup"));
        TaskRef<?> work = part.task("work").after(setup).run(failing());
        part.task("drop").teardownOf(setup).after(work).run(noting("drop"));
        Inclusion inclusion = outer.include("part", part.build());
        outer.task("next").after(inclusion).run(noting("next"));

        assertThat(states(etl.run(outer.build())))
                .containsExactly(
                        "part--setup SUCCEEDED",
                        "part--work FAILED",
                        "part--drop SUCCEEDED",
                        "part UPSTREAM_FAILED",
                        "next UPSTREAM_FAILED");
        assertThat(executed).containsExactly("setup", "drop");
    }

    @Test
    void its_end_is_skipped_if_all_of_its_last_tasks_are() {
        PipelineBuilder part = Pipeline.named("part");
        TaskRef<Boolean> branch = part.task("branch", Boolean.class).run(ctx -> true);
        part.task("yes").when(branch, true).run(noting("yes"));
        part.task("no").when(branch, false).run(noting("no"));
        PipelineBuilder idle = Pipeline.named("idle");
        TaskRef<?> look = idle.task("look").run(noting("look"));
        TaskRef<?> nothing = idle.task("nothing").after(look).run(ctx -> {
            throw new TaskSkippedException("nothing to do");
        });
        idle.task("drop").teardownOf(look).after(nothing).run(noting("drop"));
        outer.task("a").after(outer.include("part", part.build())).run(noting("a"));
        outer.task("b").after(outer.include("idle", idle.build())).run(noting("b"));

        assertThat(states(etl.run(outer.build())))
                .contains("part SUCCEEDED", "a SUCCEEDED", "idle SKIPPED", "b SKIPPED", "idle--drop SUCCEEDED");
    }

    @Test
    void inclusions_follow_each_other_as_a_whole() {
        PipelineBuilder part = Pipeline.named("part");
        part.task("one").run(noting("one"));
        part.task("two").runsFinally().run(noting("two"));
        Inclusion first = outer.include("first", part.build());
        outer.include("second", part.build()).after(first);

        etl.run(outer.build()).orThrow();

        assertThat(executed).containsExactly("one", "two", "one", "two");
    }

    @Test
    void a_cancelled_run_still_cleans_up_within_it() {
        PipelineBuilder part = Pipeline.named("part");
        TaskRef<?> setup = part.task("setup").run(noting("setup"));
        TaskRef<?> work = part.task("work").after(setup).run(ctx -> {
            executed.add("work");
            new CountDownLatch(1).await();
        });
        part.task("drop").teardownOf(setup).after(work).run(noting("drop"));
        part.task("last").runsFinally().run(noting("last"));
        PipelineBuilder never = Pipeline.named("never");
        never.task("one").run(noting("one"));
        never.task("last").runsFinally().run(noting("never"));
        Inclusion first = outer.include("part", part.build());
        outer.include("never", never.build()).after(first);
        RunHandle handle = etl.submit(outer.build(), Arguments.none());
        while (!executed.contains("work")) {
            Thread.onSpinWait();
        }

        handle.cancel();
        RunReport run = handle.await();

        assertThat(run.state()).isEqualTo(RunState.CANCELLED);
        assertThat(executed).containsExactly("setup", "work", "drop", "last");
        assertThat(states(run)).contains("part--work CANCELLED", "part--last SUCCEEDED", "part CANCELLED");
        assertThat(states(run)).contains("never--one CANCELLED", "never--last UPSTREAM_FAILED");
    }
}
