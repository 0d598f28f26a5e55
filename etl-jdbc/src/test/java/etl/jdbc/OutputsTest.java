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
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

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
