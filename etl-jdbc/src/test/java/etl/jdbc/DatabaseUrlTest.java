package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.StateStoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {
    @Test
    void a_uri_is_read() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://anna:secret@db.example:6543/orders");

        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example:6543/orders");
        assertThat(url.user()).contains("anna");
        assertThat(url.password()).contains("secret");
        assertThat(url).hasToString("database 'orders' at db.example:6543 as user 'anna'");
    }

    @Test
    void the_short_scheme_means_the_same() {
        assertThat(DatabaseUrl.parse("postgres://anna:secret@db/orders").jdbcUrl())
                .isEqualTo("jdbc:postgresql://db:5432/orders");
    }

    @Test
    void the_jdbc_form_is_read() {
        DatabaseUrl url = DatabaseUrl.parse("jdbc:postgresql://db.example:6543/orders?user=anna&password=secret");

        assertThat(url.user()).contains("anna");
        assertThat(url.password()).contains("secret");
        assertThat(url).hasToString("database 'orders' at db.example:6543 as user 'anna'");
    }

    @Test
    void white_space_around_a_url_is_ignored() {
        assertThat(DatabaseUrl.parse(" postgresql://db/orders\n")).hasToString("database 'orders' at db:5432");
    }

    @Test
    void percent_encoded_characters_are_decoded() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://an%40na:p%3A%2F%3F%23%25%C3%A4+w@db/order%20s");

        assertThat(url.user()).contains("an@na");
        assertThat(url.password()).contains("p:/?#%\u00e4+w");
        assertThat(url).hasToString("database 'order s' at db:5432 as user 'an@na'");
    }

    @Test
    void a_colon_in_a_password_needs_no_encoding() {
        assertThat(DatabaseUrl.parse("postgresql://anna:a:b@db/orders").password())
                .contains("a:b");
    }

    @Test
    void an_ipv6_address_is_a_host() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://anna:secret@[::1]:6543/orders");

        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://[::1]:6543/orders");
        assertThat(url).hasToString("database 'orders' at [::1]:6543 as user 'anna'");
    }

    @Test
    void a_host_may_hold_an_underscore() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://anna:secret@etl_db:6543/orders");

        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://etl_db:6543/orders");
        assertThat(url).hasToString("database 'orders' at etl_db:6543 as user 'anna'");
    }

    @Test
    void user_and_password_may_be_left_out() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://db/orders");

        assertThat(url.user()).isEmpty();
        assertThat(url.password()).isEmpty();
        assertThat(DatabaseUrl.parse("postgresql://anna@db/orders").password()).isEmpty();
    }

    @Test
    void query_parameters_are_kept() {
        assertThat(DatabaseUrl.parse("postgresql://anna:secret@db/orders?sslmode=require&connectTimeout=3")
                        .jdbcUrl())
                .isEqualTo("jdbc:postgresql://db:5432/orders?sslmode=require&connectTimeout=3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "orders",
                "mysql://anna:secret@db/orders",
                "http://anna:secret@db/orders",
                "postgresql:/anna:secret@db/orders",
                "postgresql://",
                "postgresql:///orders",
                "postgresql://anna:secret@/orders",
                "postgresql://anna:secret@db",
                "postgresql://anna:secret@db/",
                "postgresql://anna:secret@db:port/orders",
                "postgresql://anna:secret@db:99999/orders",
                "postgresql://anna:secret@db:0/orders",
                "postgresql://anna:secret@db:99999999999999/orders",
                "postgresql://anna:secret%zz@db/orders",
                "postgresql://anna:secret word@db/orders",
                "postgresql://anna:secret#word@db/orders",
                "postgresql://anna:1/secret@db/orders",
                "postgresql://anna:secret@one,two/orders",
                "jdbc:postgresql://anna:secret@db:99999/orders",
                "jdbc:postgresql://anna:secret@db:6543/orders",
                "jdbc:postgresql://anna:secret@db/orders",
                "jdbc:postgresql://db:port/orders?password=secret",
                "jdbc:postgresql://db:99999/orders?password=secret"
            })
    void a_malformed_url_is_refused_with_the_expected_forms_and_without_its_password(String text) {
        assertThatThrownBy(() -> DatabaseUrl.parse(text))
                .isInstanceOf(StateStoreException.class)
                .hasMessageStartingWith("DATABASE_URL is malformed: ")
                .hasMessageContaining("postgresql://user:password@host:5432/database")
                .hasMessageContaining("jdbc:postgresql://host:5432/database")
                .hasMessageNotContaining("secret")
                .hasMessageNotContaining("\n")
                .hasNoCause();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://anna:secret@db/orders",
                "postgresql://anna@db/orders?password=secret",
                "postgresql://db/orders?user=anna&password=secret",
                "jdbc:postgresql://db/orders?user=anna&password=secret",
                "jdbc:postgresql://db/orders?password=secret",
                "postgresql://anna:%73ecret@db/orders"
            })
    void the_text_form_does_not_show_the_password(String text) {
        assertThat(DatabaseUrl.parse(text).toString())
                .contains("'orders' at db:5432")
                .doesNotContain("secret");
    }
}
