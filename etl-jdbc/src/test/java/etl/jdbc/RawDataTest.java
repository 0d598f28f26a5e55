package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.RunId;
import etl.core.TaskState;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStoreException;
import etl.testkit.PostgresExtension;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
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
class RawDataTest {
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
    void awkward_text_is_read_as_it_was_landed() {
        List<String> awkward = List.of(
                "",
                "say \"no\", 'never'",
                "one\ntwo\r\nthree",
                "\tin\tcolumns\t",
                "C:\\new\\table \\",
                "\\N",
                "\\.",
                "\\u0000",
                "\b\f\u000B\u0001\u007F",
                "\uD83D\uDE80 \uD83D\uDC69\u200D\uD83D\uDE80 \u00E4\u4E16",
                "\u2028\uFEFF\uFFFF");

        assertThat(land(first, awkward.stream())).isEqualTo(awkward.size());

        assertThat(lines()).isEqualTo(awkward);
        assertThat(first.read).hasValue(awkward.size());
        assertThat(first.written).hasValue(awkward.size());
    }

    @Test
    void positions_and_hashes_tell_records_apart() {
        land(first, Stream.of("one", "two", "one"));

        List<RawRow<Line>> rows = new ArrayList<>();
        RawData.in(store).read(run, "lines", Line.class, rows::add);

        assertThat(rows).extracting(RawRow::position).containsExactly(0L, 1L, 2L);
        assertThat(rows.get(0).contentHash())
                .hasSize(64)
                .isEqualTo(rows.get(2).contentHash())
                .isNotEqualTo(rows.get(1).contentHash());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "\0", "half \uD83D", "\uDE80 half"})
    void a_character_that_cannot_be_stored_is_refused_and_nothing_is_landed(String text) {
        land(first, Stream.of("kept"));

        assertThatThrownBy(() -> land(new CountingAttempt(run, 1), Stream.of("one", text, "three")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "record 1 of source 'lines' holds a NUL character or half of a surrogate pair in field /text,"
                                + " which PostgreSQL cannot store; clean it before it is landed");
        assertThat(lines()).containsExactly("kept");
    }

    @Test
    void a_number_that_cannot_be_stored_is_refused() {
        Stream<BigDecimal> numbers = Stream.of(BigDecimal.ONE, new BigDecimal("1E-20000"));

        assertThatThrownBy(() -> RawData.in(store).land(first, "numbers", numbers))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("record 1 of source 'numbers' holds a number with more than 131,072 digits before or 16,383"
                        + " after the decimal point in the value itself, which PostgreSQL cannot store; clean it before it"
                        + " is landed");
    }

    @Test
    void rows_that_are_not_committed_are_not_counted() {
        assertThatThrownBy(() -> land(first, Stream.of("one", "two", "\0")))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(first.read).hasValue(0);
        assertThat(first.written).hasValue(0);
    }

    @Test
    void a_source_runs_only_a_buffer_ahead_of_the_database() {
        CountedCopies copies = new CountedCopies();
        AtomicLong ahead = new AtomicLong();
        try (JdbcStateStore counted = JdbcStateStore.builder(copies.on(postgres.dataSource()))
                .migrate(false)
                .open()) {
            Stream<Line> lines = Stream.of("the only file")
                    .flatMap(file -> IntStream.range(0, MANY).mapToObj(number -> {
                        ahead.accumulateAndGet(number - copies.sent(), Math::max);
                        return new Line("line " + number);
                    }));

            assertThat(RawData.in(counted).land(first, "lines", lines)).isEqualTo(MANY);
        }

        assertThat(ahead.get())
                .as("rows that were read before any later one was sent")
                .isBetween(1L, 1_000L);
        AtomicLong position = new AtomicLong();
        RawData.in(store)
                .read(
                        run,
                        "lines",
                        Line.class,
                        row -> assertThat(row.content()).isEqualTo(new Line("line " + position.getAndIncrement())));
        assertThat(position).hasValue(MANY);
    }

    @Test
    void a_parallel_source_keeps_its_order() {
        assertThat(land(first, IntStream.range(0, 5_000).parallel().mapToObj(String::valueOf)))
                .isEqualTo(5_000);

        assertThat(lines())
                .isEqualTo(IntStream.range(0, 5_000).mapToObj(String::valueOf).toList());
    }

    @Test
    void a_source_is_closed_also_if_it_fails() {
        AtomicBoolean closed = new AtomicBoolean();

        assertThatThrownBy(() -> land(first, Stream.of("\0").onClose(() -> closed.set(true))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(closed).isTrue();
    }

    @Test
    void a_source_that_fails_by_an_undeclared_checked_exception_leaves_nothing() {
        IOException failure = new IOException("the disk is full");

        assertThatThrownBy(() -> land(first, Stream.of("one", "two").peek(text -> {
                    if (text.equals("two")) {
                        throw Sneaky.<RuntimeException>sneak(failure);
                    }
                })))
                .isSameAs(failure)
                .hasNoSuppressedExceptions();
        assertThat(lines()).isEmpty();
    }

    @Test
    void a_connection_that_is_lost_while_rows_are_sent_is_told_with_its_cause() {
        Stream<String> lines = IntStream.range(0, MANY).mapToObj(number -> {
            if (number == 1_000) {
                endCopies();
            }
            return "line " + number;
        });

        assertThatThrownBy(() -> land(first, lines))
                .isInstanceOf(StateStoreException.class)
                .hasMessageStartingWith("landing source 'lines' failed: ")
                .hasCauseInstanceOf(SQLException.class);
        assertThat(lines()).isEmpty();
    }

    @Test
    void another_attempt_replaces_the_rows_of_the_one_before() {
        land(first, Stream.of("one", "two", "three"));
        StoredRuns.set(postgres, run, "load", 2, TaskState.RUNNING);

        land(new CountingAttempt(run, 2), Stream.of("four", "five"));

        assertThat(lines()).containsExactly("four", "five");
    }

    @Test
    void other_sources_and_runs_keep_their_rows() {
        RawData.in(store).land(first, "others", Stream.of(new Line("other")));
        RunId otherRun = StoredRuns.create(store);
        land(new CountingAttempt(otherRun, 1), Stream.of("another"));

        land(first, Stream.of("one"));

        assertThat(lines(run, "others")).containsExactly("other");
        assertThat(lines(otherRun, "lines")).containsExactly("another");
    }

    @Test
    void a_superseded_attempt_is_refused_before_it_reads_its_source() {
        land(first, Stream.of("one"));
        StoredRuns.set(postgres, run, "load", 2, TaskState.RUNNING);
        AtomicBoolean touched = new AtomicBoolean();

        assertThatThrownBy(() -> land(first, Stream.of("two").peek(text -> touched.set(true))))
                .isInstanceOf(StaleWriteException.class);
        assertThat(lines()).containsExactly("one");
        assertThat(touched).isFalse();
    }

    @Test
    void an_attempt_that_is_superseded_while_it_lands_is_refused() {
        land(first, Stream.of("one"));
        CountingAttempt again = new CountingAttempt(run, 1);

        assertThatThrownBy(() -> land(
                        again,
                        Stream.of("two").peek(text -> StoredRuns.set(postgres, run, "load", 2, TaskState.RUNNING))))
                .isInstanceOf(StaleWriteException.class);
        assertThat(lines()).containsExactly("one");
        assertThat(again.written).hasValue(0);
    }

    private static long land(CountingAttempt attempt, Stream<String> texts) {
        return RawData.in(store).land(attempt, "lines", texts.map(Line::new));
    }

    private List<String> lines() {
        return lines(run, "lines");
    }

    private static List<String> lines(RunId of, String source) {
        List<String> texts = new ArrayList<>();
        RawData.in(store)
                .read(of, source, Line.class, row -> texts.add(row.content().text()));
        return texts;
    }

    private static void endCopies() {
        try {
            postgres.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                    + " where datname = current_database() and query like 'copy %'");
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
