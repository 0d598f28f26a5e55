package etl.engines.cli;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.InMemoryStateStore;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.engines.cli.Application.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PurgeCommandTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final InMemoryStateStore store = InMemoryStateStore.create(now::get);

    private static Pipeline pipeline(String name) {
        PipelineBuilder builder = Pipeline.named(name);
        builder.task("load").run(context -> {});
        return builder.build();
    }

    private final class Host extends Application {
        Host() {
            super(store);
        }

        @Override
        public String command() {
            return "app";
        }

        @Override
        public List<Pipeline> pipelines() {
            return List.of(pipeline("orders"), pipeline("invoices"));
        }
    }

    private Result execute(String... arguments) {
        return new Host().execute(arguments);
    }

    private void runsOfAMonthAgo() {
        for (String name : List.of("orders", "orders", "invoices")) {
            assertThat(execute("run", name).code()).isZero();
        }
        now.updateAndGet(before -> before.plus(Duration.ofDays(30)));
    }

    @Test
    void a_dry_run_deletes_nothing() {
        runsOfAMonthAgo();

        assertThat(execute("purge", "--older-than", "29d", "--dry-run"))
                .isEqualTo(new Result(0, "3 runs with 3 task runs would be deleted\n", ""));
        assertThat(execute("purge", "--older-than", "31d", "--dry-run").out())
                .isEqualTo("0 runs with 0 task runs would be deleted\n");
        assertThat(store.recent(10)).hasSize(3);
    }

    @Test
    void old_runs_are_deleted_but_the_newest() {
        runsOfAMonthAgo();

        assertThat(execute("purge", "--older-than", "29d", "--keep", "1"))
                .isEqualTo(new Result(0, "1 run with 1 task run deleted\n", ""));
        assertThat(execute("purge", "--older-than", "29d", "--pipeline", "invoices")
                        .out())
                .isEqualTo("1 run of pipeline invoices with 1 task run deleted\n");
        assertThat(store.recent(10)).hasSize(1);
    }

    @Test
    void the_age_has_to_be_told() {
        assertThat(execute("purge"))
                .returns(2, Result::code)
                .satisfies(result -> assertThat(result.err()).contains("--older-than=AGE"));
        assertThat(execute("purge", "--help").out())
                .contains("--dry-run", "--keep", "Never deleted is a run that has not ended");
    }

    @Test
    void a_number_out_of_range_is_refused() {
        assertThat(execute("purge", "--older-than", "1d", "--keep", "-1"))
                .isEqualTo(
                        new Result(1, "", "error: the number of newest runs to keep must not be negative, was -1\n"));
        assertThat(execute("purge", "--older-than", "36501d").err())
                .isEqualTo("error: runs can be kept from 0 to 36,500 days, not for PT876024H\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "d", "1.5d", "-3d", "P-3D", "1w", "9999999999d", "\u0663d"})
    void what_is_no_age_is_refused(String text) {
        assertThat(execute("purge", "--older-than", text))
                .returns(2, Result::code)
                .satisfies(result -> assertThat(result.err())
                        .contains("'" + text + "' is not an age; write it as 30d, 12h, 90m, 45s or P30D"));
    }

    @ParameterizedTest
    @CsvSource({"30d, P30D", "12H, PT12H", "90m, PT90M", "0s, PT0S", "PT1.5S, PT1.5S", "P30D, P30D"})
    void an_age_is_short_or_iso(String text, Duration age) {
        assertThat(new Age().convert(text)).isEqualTo(age);
    }
}
