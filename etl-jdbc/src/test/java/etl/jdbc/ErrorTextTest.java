package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.StoredAttempt;
import etl.core.spi.TaskChange;
import etl.testkit.PostgresExtension;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ErrorTextTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    /** The message of an exception, and what is stored of it. */
    record Text(String thrown, String stored) {}

    static List<Text> texts() {
        return List.of(
                new Text("smile \uD83D\uDE00", "smile \uD83D\uDE00"),
                new Text("nul \0 inside", "nul \uFFFD inside"),
                new Text("half \uD83D pair", "half \uFFFD pair"),
                new Text("\\u0000 as text", "\\u0000 as text"),
                new Text("tab\t newline\n return\r quotes ' \" \\", "tab\t newline\n return\r quotes ' \" \\"),
                new Text("'; drop table etl.pipeline_runs; --", "'; drop table etl.pipeline_runs; --"),
                new Text("\u05D0\u202E right to left", "\u05D0\u202E right to left"),
                new Text("x".repeat(100_000), "x".repeat(8_192)));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void the_message_of_a_failure_is_stored_in_every_attempt(Text text) {
        PipelineBuilder builder = Pipeline.named("failing");
        builder.task("a").retry(RetryPolicy.attempts(2)).run(context -> {
            throw new IllegalStateException(text.thrown());
        });

        try (Etl etl =
                Etl.builder().store(JdbcStateStore.open(postgres.databaseUrl())).build()) {
            RunReport report = etl.run(builder.build());

            assertThat(report.state()).isEqualTo(RunState.FAILED);
            List<StoredAttempt> attempts =
                    etl.store().task(report.id(), "a").orElseThrow().attempts();
            assertThat(attempts).extracting(StoredAttempt::state).containsExactly(TaskState.RETRYING, TaskState.FAILED);
            assertThat(attempts)
                    .extracting(attempt -> attempt.error().orElseThrow().message())
                    .containsOnly(text.stored());
            assertThat(etl.store().find(report.id()).orElseThrow().error().map(ErrorInfo::message))
                    .contains(text.stored());
        }
    }

    @Test
    void an_error_that_is_not_made_of_an_exception_is_stored_as_well() {
        ErrorInfo error = new ErrorInfo("type \0", "half \uD83D pair", "at \0");
        ErrorInfo stored = new ErrorInfo("type \uFFFD", "half \uFFFD pair", "at \uFFFD");
        int tasks = 50;
        try (JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl())) {
            RunId run = StoredRuns.create(store);
            try (RunJournal journal = store.journal(run)) {
                Told.start(journal, Instant.EPOCH).join();
                for (int i = 0; i < tasks; i++) {
                    journal.write(TaskChange.started("t" + i, 1, Instant.EPOCH), new Told());
                    journal.write(
                            TaskChange.failed("t" + i, 1, TaskState.FAILED, Instant.EPOCH, RowCounts.NONE, error),
                            new Told());
                }
                journal.ended(RunState.FAILED, Instant.EPOCH, Optional.of(error));
            }

            assertThat(store.find(run).orElseThrow().error()).contains(stored);
            assertThat(store.tasks(run))
                    .hasSize(tasks)
                    .extracting(task -> task.attempts().get(0).error().orElseThrow())
                    .containsOnly(stored);
        }
    }
}
