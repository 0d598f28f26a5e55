package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.spi.EngineRun;
import etl.core.spi.NewRun;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import etl.core.spi.RunJournal;
import etl.core.spi.StateStore;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which runs a purge deletes: what every {@link StateStore} must do. Extend it, give it a store, and run it with JUnit. */
public abstract class PurgeContract {
    private static final Instant LONG_AGO = Instant.parse("2001-01-01T12:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);

    private final String pipeline = "purged-" + RunId.random();
    private final Retention retention = Retention.of(DAY).ofPipeline(pipeline);
    private @Nullable StateStore opened;

    /** For the subclass. */
    protected PurgeContract() {}

    /**
     * A store with the machine's clock for one test, which closes it. It may hold runs of other tests.
     *
     * @return the store
     */
    protected abstract StateStore open();

    @BeforeEach
    void openStore() {
        opened = open();
    }

    @AfterEach
    void closeStore() {
        store().close();
    }

    @Test
    void a_run_that_ended_long_ago_is_deleted_with_its_task_runs() {
        RunId succeeded = ended(LONG_AGO, RunState.SUCCEEDED, Optional.of("key"), 2);
        RunId failed = ended(LONG_AGO, RunState.FAILED, Optional.empty(), 1);
        RunId cancelled = ended(LONG_AGO, RunState.CANCELLED, Optional.empty(), 0);

        assertThat(store().purge(retention)).isEqualTo(new Purged(3, 3));

        for (RunId run : List.of(succeeded, failed, cancelled)) {
            assertThat(store().find(run)).isEmpty();
            assertThat(store().tasks(run)).isEmpty();
            assertThatThrownBy(() -> store().journal(run)).isInstanceOf(StateStoreException.class);
        }
        assertThat(store().findByKey(pipeline, "key")).isEmpty();
        assertThat(store().recent(1_000))
                .noneMatch(run -> run.definition().pipeline().equals(pipeline));
        assertThat(store().purge(retention)).isEqualTo(Purged.NOTHING);
    }

    @Test
    void a_run_is_kept_for_the_time_after_its_end() {
        RunId run = ended(Instant.now(), RunState.FAILED, Optional.empty(), 1);

        assertThat(store().purge(retention)).isEqualTo(Purged.NOTHING);
        assertThat(store().tasks(run)).hasSize(1);
    }

    @Test
    void a_run_that_has_not_ended_is_kept() {
        RunId queued = created(LONG_AGO, EngineRun.LOCAL, Optional.empty());
        RunId running = created(LONG_AGO, EngineRun.LOCAL, Optional.empty());
        RunId engine = created(LONG_AGO, new EngineRun("airflow", "run " + RunId.random()), Optional.empty());
        for (RunId run : List.of(running, engine)) {
            try (RunJournal journal = store().journal(run)) {
                AwaitedReceipt.started(journal, LONG_AGO);
            }
        }

        assertThat(store().purge(retention)).isEqualTo(Purged.NOTHING);
        assertThat(List.of(queued, running, engine))
                .allSatisfy(run -> assertThat(store().find(run)).isPresent());
    }

    @Test
    void a_run_that_somebody_has_is_kept() {
        RunId run = ended(LONG_AGO, RunState.FAILED, Optional.empty(), 1);

        try (RunJournal journal = store().journal(run)) {
            assertThat(store().purge(retention)).isEqualTo(Purged.NOTHING);
            journal.reopen(Set.of());
        }
        assertThat(store().purge(retention)).isEqualTo(Purged.NOTHING);
        assertThat(store().find(run).orElseThrow().state()).isEqualTo(RunState.RUNNING);
    }

    @Test
    void runs_of_other_pipelines_are_kept() {
        RunId run = ended(LONG_AGO, RunState.SUCCEEDED, Optional.empty(), 1);

        assertThat(store().purge(retention.ofPipeline(pipeline + "-other"))).isEqualTo(Purged.NOTHING);
        assertThat(store().find(run)).isPresent();
    }

    @Test
    void the_newest_runs_are_kept_however_old_they_are() {
        List<RunId> runs = new ArrayList<>();
        for (int day = 0; day < 5; day++) {
            runs.add(ended(LONG_AGO.plus(DAY.multipliedBy(day)), RunState.SUCCEEDED, Optional.empty(), 1));
        }

        assertThat(store().purge(retention.keepingNewest(5))).isEqualTo(Purged.NOTHING);
        assertThat(store().purge(retention.keepingNewest(2))).isEqualTo(new Purged(3, 3));
        assertThat(runs.stream().filter(run -> store().find(run).isPresent()))
                .containsExactlyElementsOf(runs.subList(3, 5));
    }

    @Test
    void the_key_of_a_deleted_run_is_free_again() {
        RunId first = ended(LONG_AGO, RunState.SUCCEEDED, Optional.of("key"), 1);
        store().purge(retention);

        RunId second = created(Instant.now(), EngineRun.LOCAL, Optional.of("key"));

        assertThat(second).isEqualTo(first);
        assertThat(store().tasks(second)).isEmpty();
    }

    @Test
    void what_would_be_deleted_is_counted_and_kept() {
        RunId old = ended(LONG_AGO, RunState.SUCCEEDED, Optional.empty(), 2);
        ended(Instant.now(), RunState.SUCCEEDED, Optional.empty(), 1);

        assertThat(store().purgeable(retention)).isEqualTo(new Purged(1, 2));
        assertThat(store().purgeable(retention.keepingNewest(1))).isEqualTo(new Purged(1, 2));
        assertThat(store().purgeable(retention.keepingNewest(2))).isEqualTo(Purged.NOTHING);
        assertThat(store().tasks(old)).hasSize(2);
    }

    @Test
    void of_many_that_purge_at_once_each_run_is_deleted_by_one() {
        for (int i = 0; i < 20; i++) {
            ended(LONG_AGO, RunState.SUCCEEDED, Optional.empty(), 1);
        }
        List<CompletableFuture<Purged>> purges = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            purges.add(CompletableFuture.supplyAsync(() -> store().purge(retention)));
        }

        assertThat(purges.stream().map(CompletableFuture::join).reduce(Purged.NOTHING, Purged::plus))
                .isEqualTo(new Purged(20, 20));
    }

    private RunId ended(Instant at, RunState state, Optional<String> key, int tasks) {
        RunId run = created(at.minusSeconds(1), EngineRun.LOCAL, key);
        try (RunJournal journal = store().journal(run)) {
            AwaitedReceipt.started(journal, at);
            for (int task = 0; task < tasks; task++) {
                AwaitedReceipt.written(journal, TaskChange.started("t" + task, 1, at));
            }
            journal.ended(state, at, Optional.empty());
        }
        return run;
    }

    private RunId created(Instant at, EngineRun engine, Optional<String> key) {
        NewRun run = new NewRun(
                key.map(text -> RunId.ofKey(pipeline, text)).orElseGet(RunId::random),
                pipeline,
                "fingerprint",
                key,
                Map.of(),
                engine,
                2,
                at,
                Optional.empty(),
                false);
        assertThat(store().create(run)).isTrue();
        return run.id();
    }

    private StateStore store() {
        return Objects.requireNonNull(opened);
    }
}
