package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.OutputNotStorableException;
import etl.core.spi.StoredTask;
import etl.testkit.PostgresExtension;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Outputs that cannot be stored fail their task, and nothing else. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RefusedOutputTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    record Person(String name, List<String> tags) {}

    record Amount(String currency, BigDecimal sum) {}

    /** A bean that leads back to itself. */
    public static final class Node {
        public Node next = this;
    }

    /** A bean with nothing to write. */
    static final class Opaque {}

    /** A bean with a property that cannot be read. */
    public static final class Broken {
        @SuppressWarnings("DoNotCallSuggester")
        public String getSecret() {
            throw new IllegalStateException("unreadable");
        }
    }

    @Test
    void an_output_with_a_nul_character_fails_its_task() {
        assertThat(messageFor(Person.class, new Person("Ann", List.of("a", "b\0c"))))
                .contains("holds a NUL character or half of a surrogate pair in field /tags/1")
                .contains("which PostgreSQL cannot store; remove it");
    }

    @Test
    void an_output_with_half_of_a_surrogate_pair_fails_its_task() {
        assertThat(messageFor(Person.class, new Person("Ann \uD83D", List.of())))
                .contains("field /name");
        assertThat(messageFor(String.class, "\uDE00")).contains("the value itself");
    }

    @Test
    void an_output_with_a_number_that_is_too_long_fails_its_task() {
        assertThat(messageFor(BigDecimal.class, new BigDecimal("1E-20000")))
                .contains("holds a number with more than 131,072 digits before or 16,383 after the decimal point in the"
                        + " value itself, which PostgreSQL cannot store; round it, or write it as text");
        assertThat(messageFor(Amount.class, new Amount("EUR", new BigDecimal("1E+1000000000"))))
                .contains("field /sum");
        assertThat(messageFor(BigInteger.class, BigInteger.TEN.pow(131_072))).contains("the value itself");
    }

    @Test
    void an_output_that_is_too_large_fails_its_task() {
        assertThat(messageFor(String.class, "x".repeat(9_000_000)))
                .contains("is 9000002 characters of JSON, more than the limit of 8388608")
                .contains("store the data in a table and return a reference to it");
    }

    @Test
    void an_output_may_have_a_limit_of_its_own() {
        JdbcStateStoreBuilder store =
                JdbcStateStore.builder(postgres.databaseUrl()).largestOutput(10);

        assertThat(messageFor(store, String.class, "x".repeat(9)))
                .contains("is 11 characters of JSON, more than the limit of 10");
        assertThatThrownBy(() -> store.largestOutput(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the largest output must have from 1 to 67108864 characters, was 0");
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void an_output_of_another_type_than_declared_fails_its_task() {
        assertThat(messageFor((Class) Person.class, (Object) Integer.valueOf(1)))
                .contains("cannot be written as JSON");
    }

    @Test
    void an_output_that_is_cyclic_fails_its_task() {
        assertThat(messageFor(Node.class, new Node()))
                .contains("cannot be written as JSON")
                .contains("next");
        List<Object> itself = new ArrayList<>();
        itself.add(itself);
        assertThat(messageFor(Object.class, itself)).contains("cannot be written as JSON");
    }

    @Test
    void an_output_that_has_no_json_form_fails_its_task() {
        assertThat(messageFor(Opaque.class, new Opaque()))
                .contains("cannot be written as JSON")
                .contains("return a record, a list, a map or a plain value");
        assertThat(messageFor(Broken.class, new Broken()))
                .contains("unreadable")
                .contains("secret");
    }

    /** Runs a task with such an output, one that needs it and one beside it, and returns the error of the first. */
    private static <T> String messageFor(Class<T> type, T output) {
        return messageFor(JdbcStateStore.builder(postgres.databaseUrl()), type, output);
    }

    private static <T> String messageFor(JdbcStateStoreBuilder store, Class<T> type, T output) {
        PipelineBuilder builder = Pipeline.named("refused");
        TaskRef<T> task = builder.task("culprit", type).run(context -> output);
        TaskRef<Integer> below = builder.task("below", Integer.class).from(task).run((context, value) -> 1);
        TaskRef<Integer> beside = builder.task("beside", Integer.class).run(context -> 1);
        TaskRef<Integer> after =
                builder.task("after", Integer.class).from(beside).run((context, value) -> value + 1);

        try (Etl etl = Etl.builder().store(store.open()).build()) {
            RunReport report = etl.run(builder.build());

            assertThat(report.state()).isEqualTo(RunState.FAILED);
            assertThat(report.task(below).state()).isEqualTo(TaskState.UPSTREAM_FAILED);
            assertThat(report.output(after)).isEqualTo(2);
            StoredTask stored = etl.store().task(report.id(), "culprit").orElseThrow();
            assertThat(stored.state()).isEqualTo(TaskState.FAILED);
            ErrorInfo error = stored.attempts().get(0).error().orElseThrow();
            assertThat(error.type()).isEqualTo(OutputNotStorableException.class.getName());
            assertThat(error.message())
                    .startsWith("the output of task 'culprit', declared as " + type.getTypeName() + ", ");
            assertThat(etl.store().find(report.id()).orElseThrow().error()).contains(error);
            return error.message();
        }
    }
}
