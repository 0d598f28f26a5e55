package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferencesTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16_383, 16_384, 16_385, 32_768, 100_000})
    void each_index_has_a_place_of_its_own(int length) {
        References<@Nullable Integer> references = new References<>(length);

        assertThat(references.length()).isEqualTo(length);
        for (int index = 0; index < length; index++) {
            assertThat(references.get(index)).isNull();
            references.set(index, index);
        }
        for (int index = 0; index < length; index++) {
            assertThat(references.get(index)).isEqualTo(index);
        }
        assertThatThrownBy(() -> references.get(length)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void a_value_replaces_only_what_is_expected() {
        References<@Nullable String> references = new References<>(20_000);

        assertThat(references.compareAndExchange(19_999, null, "first")).isNull();
        assertThat(references.compareAndExchange(19_999, null, "second")).isEqualTo("first");
        assertThat(references.compareAndSet(19_999, "first", "third")).isTrue();
        assertThat(references.compareAndSet(19_999, "first", "fourth")).isFalse();
        assertThat(references.get(19_999)).isEqualTo("third");
    }
}
