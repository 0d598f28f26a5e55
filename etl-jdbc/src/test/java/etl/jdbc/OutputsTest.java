package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.GenericType;
import etl.core.RunId;
import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import etl.testkit.PostgresExtension;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OutputsTest {
    private static final Instant AT = Instant.parse("2001-01-01T12:00:00Z");
    private static final Type OPTIONAL = new GenericType<Optional<String>>() {}.type();

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static JdbcStateStore store;

    @BeforeAll
    static void openStore() {
        store = JdbcStateStore.open(postgres.dataSource());
    }

    @AfterAll
    static void closeStore() {
        store.close();
    }

    @Test
    void null_is_null_whatever_its_type() {
        assertThat(again(null, OPTIONAL)).isNull();
        assertThat(again(null, String.class)).isNull();
        assertThat(again(null, Void.class)).isNull();
    }

    @Test
    void an_empty_optional_is_not_null() {
        assertThat(again(Optional.empty(), OPTIONAL)).isEqualTo(Optional.empty());
        assertThat(again(Optional.of("x"), OPTIONAL)).isEqualTo(Optional.of("x"));
    }

    @Test
    void a_time_keeps_its_zone() {
        ZonedDateTime time = ZonedDateTime.parse("2001-07-01T12:00+02:00[Europe/Berlin]");

        assertThat(again(time, ZonedDateTime.class)).isEqualTo(time);
    }

    static List<Number> numbers() {
        return List.of(
                BigInteger.TWO.pow(4_096).subtract(BigInteger.ONE),
                new BigInteger("9".repeat(131_072)).negate(),
                new BigDecimal("9".repeat(131_072) + "." + "9".repeat(16_383)),
                new BigDecimal("1E-16383"),
                new BigDecimal("0E-16383"),
                new BigDecimal("-1.50"),
                Double.MAX_VALUE,
                Double.MIN_VALUE,
                1e10,
                Float.MAX_VALUE,
                Long.MIN_VALUE);
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void a_number_of_any_length_is_read_as_it_was(Number number) {
        assertThat(again(number, number.getClass())).isEqualTo(number);
    }

    @ParameterizedTest
    @CsvSource({"1.2E+3, 1200", "-1E+20, -100000000000000000000", "0E+5, 0", "0E+1000000000, 0", "1E-7, 0.0000001"})
    void a_decimal_is_read_as_it_is_without_an_exponent(BigDecimal decimal, BigDecimal read) {
        assertThat(again(decimal, BigDecimal.class)).isEqualTo(read);
    }

    @Test
    void names_and_texts_may_be_long() {
        Map<String, String> map = Map.of("n".repeat(100_000), "t".repeat(1_000_000));

        assertThat(again(map, new GenericType<Map<String, String>>() {}.type())).isEqualTo(map);
    }

    @Test
    void an_output_that_lacks_a_property_is_refused() {
        RunId run = stored(new Before("K2"), Before.class);

        assertThatThrownBy(() -> store.output(run, "load", Now.class))
                .isInstanceOf(StateStoreException.class)
                .hasMessageStartingWith(
                        "the output of task 'load' of run " + run + " cannot be read as " + Now.class.getName())
                .hasMessageContaining("height");
    }

    record Before(String name) {}

    record Now(String name, int height) {}

    private static @Nullable Object again(@Nullable Object output, Type type) {
        return store.output(stored(output, type), "load", type);
    }

    private static RunId stored(@Nullable Object output, Type type) {
        RunId run = StoredRuns.create(store);
        CompletableFuture<Boolean> started = new CompletableFuture<>();
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        try (RunJournal journal = store.journal(run)) {
            Told.start(journal, AT).join();
            journal.write(TaskChange.started("load", 1, AT), told(started));
            started.join();
            journal.write(TaskChange.succeeded("load", 1, AT, RowCounts.NONE, output, type), told(ended));
            ended.join();
        }
        return run;
    }

    private static RunJournal.Receipt told(CompletableFuture<Boolean> durable) {
        return new RunJournal.Receipt() {
            @Override
            public void durable() {
                durable.complete(true);
            }

            @Override
            public void failed(StateStoreException failure) {
                durable.completeExceptionally(failure);
            }
        };
    }
}
