package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused is what a server refuses, and nothing else. */
class StorableJsonTest {
    private static final String LONGEST_BEFORE = "9".repeat(131_072);
    private static final String LONGEST_AFTER = "9".repeat(16_383);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @ParameterizedTest
    @ValueSource(strings = {"\0", "a\0b", "\uD83D", "\uDE00 alone", "\uDE00\uD83D"})
    void a_text_that_cannot_be_stored_is_found(String text) {
        String what = "a NUL character or half of a surrogate pair in ";

        assertThat(what(JsonCodec.encode(List.of("a", text)))).contains(what + "field /1");
        assertThat(what(JsonCodec.encode(Map.of(text, 1)))).isPresent();
        assertThat(what(JsonCodec.encode(text))).contains(what + "the value itself");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\\u0000", "\uD83D\uDE00", "\"\t\n\r\\", "\u0001\u007f\uFFFF", "1E-20000", "[1,"})
    void any_other_text_is_not_refused(String text) throws SQLException {
        assertThat(refusal(JsonCodec.encode(text))).isEmpty();
    }

    static List<String> tooLong() {
        return List.of(
                "1E-20000",
                "-1e-16384",
                "0E-16384",
                "1.5E-16383",
                "0." + LONGEST_AFTER + "9",
                "1." + "9".repeat(6_400) + "E-9999",
                "1E131072",
                "1E+1000000000",
                "1E-1000000000",
                "1E+100000000000",
                "1" + LONGEST_BEFORE,
                "0.1E131073",
                "9".repeat(8_000_000));
    }

    @ParameterizedTest
    @MethodSource("tooLong")
    void a_number_that_is_too_fittingis_found(String number) throws SQLException {
        String what = "a number with more than 131,072 digits before or 16,383 after the decimal point in ";

        assertThat(refusal(number)).contains(what + "the value itself");
        assertThat(refusal("{\"a\":[\"" + number + "\",true,1," + number + "]}"))
                .contains(what + "field /a/3");
    }

    static List<String> fitting() {
        return List.of(
                LONGEST_BEFORE + "." + LONGEST_AFTER,
                "-" + LONGEST_BEFORE,
                "0." + LONGEST_AFTER,
                "1E-16383",
                "1E131071",
                "0.1E+131072",
                "0E131072",
                "1." + "9".repeat(6_384) + "E-9999",
                "4.9E-324",
                "1.7976931348623157E308");
    }

    @ParameterizedTest
    @MethodSource("fitting")
    void a_number_that_just_fits_is_not_refused(String number) throws SQLException {
        assertThat(refusal(number)).isEmpty();
        assertThat(refusal("[false," + number + "]")).isEmpty();
    }

    @Test
    void many_short_numbers_are_not_a_fittingone() throws SQLException {
        assertThat(refusal("[" + "123456789,".repeat(10_000) + "true]")).isEmpty();
        assertThat(refusal("{\"e\":12345,\"f\":[true,54321]}")).isEmpty();
    }

    private static Optional<String> what(String json) {
        return StorableJson.refusal(json).map(StorableJson.Refusal::what);
    }

    /** The same, where the server must agree; in place of half a pair, the driver would send it a question mark. */
    private static Optional<String> refusal(String json) throws SQLException {
        Optional<String> refusal = what(json);
        assertThat(refusal.isPresent()).as("refused").isEqualTo(isRefused(json));
        return refusal;
    }

    private static boolean isRefused(String json) throws SQLException {
        try (Connection connection = postgres.dataSource().getConnection();
                PreparedStatement select = connection.prepareStatement("select pg_column_size(?::jsonb)")) {
            select.setString(1, json);
            select.execute();
            return false;
        } catch (SQLException refused) {
            assertThat(refused.getSQLState()).startsWith("22");
            return true;
        }
    }
}
