package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.RunId;
import etl.core.TaskState;
import etl.core.spi.StaleWriteException;
import etl.testkit.PostgresExtension;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransformedDataTest {
    private static final int MANY = 100_000;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static JdbcStateStore store;

    private RunId run = RunId.random();
    private CountingAttempt first = new CountingAttempt(run, 1);

    record Line(String text) {}

    @BeforeAll
    static void openStore() {
        store = JdbcStateStore.open(postgres.dataSource());
    }

    @AfterAll
    static void closeStore() {
        store.close();
    }

    @BeforeEach
    void createRun() {
        run = StoredRuns.create(store);
        first = new CountingAttempt(run, 1);
        StoredRuns.set(postgres, run, "load", 1, TaskState.RUNNING);
    }

    @Test
    void awkward_text_is_read_as_it_was_written() {
        List<String> awkward = List.of(
                "say \"no\", 'never'",
                "one\ntwo\r\nthree",
                "\tin\tcolumns\t",
                "C:\\new\\table \\N",
                "\\.",
                "\uD83D\uDE80 \u00E4\u4E16");
        List<Long> ids = raw(awkward.size());

        long written = write(
                first,
                IntStream.range(0, awkward.size())
                        .mapToObj(i -> TransformedRow.valid(ids.get(i), new Line(awkward.get(i)))));

        assertThat(written).isEqualTo(awkward.size());
        assertThat(lines()).isEqualTo(awkward);
    }

    @Test
    void invalid_rows_are_kept_with_their_errors_and_counted_as_rejected() throws SQLException {
        List<Long> ids = raw(3);

        long written = write(
                first,
                Stream.of(
                        TransformedRow.valid(ids.get(0), new Line("good")),
                        new TransformedRow(ids.get(1), new Line("bad"), List.of("it is\t\"bad\"", "quite \\ bad")),
                        TransformedRow.valid(ids.get(2), new Line("better"))));

        assertThat(written).isEqualTo(3);
        assertThat(first.read).hasValue(0);
        assertThat(first.written).hasValue(2);
        assertThat(first.rejected).hasValue(1);
        assertThat(lines()).containsExactly("good", "better");
        assertThat(errors()).containsExactly("it is\t\"bad\"", "quite \\ bad");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "\0", "half \uD83D", "\uDE80 half"})
    void content_that_cannot_be_stored_is_refused_and_nothing_is_written(String text) {
        List<Long> ids = raw(2);
        write(first, Stream.of(TransformedRow.valid(ids.get(0), new Line("kept"))));
        CountingAttempt again = new CountingAttempt(run, 1);

        assertThatThrownBy(() -> write(
                        again,
                        Stream.of(
                                TransformedRow.valid(ids.get(0), new Line("one")),
                                TransformedRow.valid(ids.get(1), new Line(text)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the row of raw id " + ids.get(1) + " of source 'lines' holds a NUL character or half of a"
                                + " surrogate pair in field /text, which PostgreSQL cannot store; clean it before it is written");
        assertThat(lines()).containsExactly("kept");
        assertThat(again.written).hasValue(0);
    }

    @Test
    void errors_may_quote_what_cannot_be_stored() throws SQLException {
        List<Long> ids = raw(1);

        write(
                first,
                Stream.of(new TransformedRow(
                        ids.get(0), new Line("bad"), List.of("name 'a\0b' is not \uD83D, but \uD83D\uDE80"))));

        assertThat(errors()).containsExactly("name 'a\uFFFDb' is not \uFFFD, but \uD83D\uDE80");
    }

    @Test
    void a_transformation_runs_only_a_buffer_ahead_of_the_database() {
        List<Long> ids = raw(MANY);
        CountedCopies copies = new CountedCopies();
        AtomicLong ahead = new AtomicLong();
        try (JdbcStateStore counted = JdbcStateStore.builder(copies.on(postgres.dataSource()))
                .migrate(false)
                .open()) {
            Stream<TransformedRow> rows = Stream.of("the only file")
                    .flatMap(file -> IntStream.range(0, MANY).mapToObj(number -> {
                        ahead.accumulateAndGet(number - copies.sent(), Math::max);
                        return TransformedRow.valid(ids.get(number), new Line("line " + number));
                    }));

            assertThat(TransformedData.in(counted).write(first, "lines", rows)).isEqualTo(MANY);
        }

        assertThat(ahead.get())
                .as("rows that were made before any later one was sent")
                .isBetween(1L, 1_500L);
        assertThat(first.written).hasValue(MANY);
    }

    @Test
    void another_attempt_replaces_the_rows_of_the_one_before() {
        List<Long> ids = raw(3);
        write(first, ids.stream().map(id -> TransformedRow.valid(id, new Line("old"))));
        StoredRuns.set(postgres, run, "load", 2, TaskState.RUNNING);

        write(new CountingAttempt(run, 2), Stream.of(TransformedRow.valid(ids.get(1), new Line("new"))));

        assertThat(lines()).containsExactly("new");
    }

    @Test
    void an_attempt_that_is_superseded_is_refused() {
        List<Long> ids = raw(1);
        Function<String, Stream<TransformedRow>> rows =
                text -> ids.stream().map(id -> TransformedRow.valid(id, new Line(text)));
        write(first, rows.apply("kept"));
        CountingAttempt again = new CountingAttempt(run, 1);

        assertThatThrownBy(() -> write(
                        again,
                        rows.apply("late").peek(row -> StoredRuns.set(postgres, run, "load", 1, TaskState.SUCCEEDED))))
                .isInstanceOf(StaleWriteException.class)
                .hasMessageContaining("task 'load', attempt 1, of run " + run)
                .hasMessageContaining("SUCCEEDED");
        assertThatThrownBy(() -> write(again, rows.apply("later"))).isInstanceOf(StaleWriteException.class);
        assertThat(lines()).containsExactly("kept");
        assertThat(again.written).hasValue(0);
    }

    private List<Long> raw(int count) {
        RawData data = RawData.in(store);
        data.land(new CountingAttempt(run, 1), "raw", IntStream.range(0, count).boxed());
        List<Long> ids = new ArrayList<>();
        data.read(run, "raw", Integer.class, row -> ids.add(row.id()));
        return ids;
    }

    private static long write(CountingAttempt attempt, Stream<TransformedRow> rows) {
        return TransformedData.in(store).write(attempt, "lines", rows);
    }

    private List<String> lines() {
        List<String> texts = new ArrayList<>();
        TransformedData.in(store).read(run, "lines", Line.class, line -> texts.add(line.text()));
        return texts;
    }

    private List<String> errors() throws SQLException {
        return Query.strings(
                postgres.dataSource(),
                "select jsonb_array_elements_text(errors) from etl.transformed_data where status = 'INVALID'"
                        + " and run_id = '" + run + "'");
    }
}
