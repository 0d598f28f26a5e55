package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.StoredAttempt;
import etl.testkit.PostgresExtension;
import java.util.List;
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
}
