package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.EngineRun;
import etl.core.spi.RunJournal;
import etl.core.spi.TaskChange;
import etl.testkit.PostgresExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReopeningTest {
    private static final Instant NOON = Instant.parse("2001-01-01T12:00:00Z");

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void a_reopening_that_was_not_answered_and_is_sent_again_does_not_reset_what_has_begun_since() {
        try (JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl());
                Patience patience = new Patience(Duration.ofSeconds(30), ProcessTime.SYSTEM)) {
            RunId run = StoredRuns.create(store, new EngineRun("airflow", "manual__2001-01-01"));
            try (RunJournal journal = store.journal(run)) {
                Told.start(journal, NOON).join();
                Told.of(journal, TaskChange.started("a", 1, NOON)).join();
                journal.ended(RunState.FAILED, NOON, Optional.empty());

                RunStore real = new JdbcRunStore(store.database());
                AtomicInteger sent = new AtomicInteger();
                RunStore unanswered = (id, lease, tasks) -> {
                    boolean done = real.reopen(id, lease, tasks);
                    if (sent.incrementAndGet() == 1) {
                        Told.of(journal, TaskChange.started("a", 2, NOON)).join();
                        throw new SQLException("the connection was lost while the commit was under way", "08006");
                    }
                    return done;
                };
                new Reopening(unanswered, patience).of(run, null, Set.of());

                assertThat(sent).hasValue(2);
                assertThat(store.task(run, "a").orElseThrow().state()).isEqualTo(TaskState.RUNNING);
            }
        }
    }
}
