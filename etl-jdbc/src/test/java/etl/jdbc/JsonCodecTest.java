package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.GenericType;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

class JsonCodecTest {
    record Place(String name, int height) {}

    record Visit(Place place, Optional<String> guide, List<OffsetDateTime> times) {}

    record Key(int x, int y) {}

    @ParameterizedTest
    @ValueSource(strings = {"2001-01-01T12:00+05:30", "2001-01-01T12:00:00.123456789-03:00", "2001-01-01T12:00Z"})
    void an_offset_is_kept(String text) {
        OffsetDateTime time = OffsetDateTime.parse(text);

        assertThat(again(time, OffsetDateTime.class)).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2001-07-01T12:00+02:00[Europe/Berlin]",
                "2001-01-01T12:00Z[UTC]",
                "2001-01-01T12:00+05:30",
                "2001-01-01T12:00Z",
                "2001-10-28T02:30+02:00[Europe/Berlin]",
                "2001-10-28T02:30+01:00[Europe/Berlin]"
            })
    void a_time_zone_is_kept(String text) {
        ZonedDateTime time = ZonedDateTime.parse(text);

        assertThat(again(time, ZonedDateTime.class)).isEqualTo(time);
    }

    @Test
    void times_inside_of_records_are_kept() {
        Visit visit = new Visit(
                new Place("Nanga Parbat", 8_125),
                Optional.empty(),
                List.of(OffsetDateTime.parse("2001-01-01T12:00+05:00"), OffsetDateTime.MIN, OffsetDateTime.MAX));

        assertThat(again(visit, Visit.class)).isEqualTo(visit);
    }

    @Test
    void values_of_the_jdk_are_kept() {
        Instant instant = Instant.parse("2001-01-01T12:00:00.123456789Z");
        LocalDateTime local = LocalDateTime.parse("2001-01-01T12:00:00.000000001");
        UUID id = UUID.fromString("0f8fad5b-d9cb-469f-a165-70867728950e");

        assertThat(again(instant, Instant.class)).isEqualTo(instant);
        assertThat(again(local, LocalDateTime.class)).isEqualTo(local);
        assertThat(again(id, UUID.class)).isEqualTo(id);
        assertThat(again(Optional.of("x"), new GenericType<Optional<String>>() {}.type()))
                .isEqualTo(Optional.of("x"));
    }

    @Test
    void equal_maps_are_written_alike() {
        Map<String, Integer> one = new LinkedHashMap<>();
        one.put("b", 2);
        one.put("a", 1);
        Map<String, Integer> other = new LinkedHashMap<>();
        other.put("a", 1);
        other.put("b", 2);

        assertThat(JsonCodec.encode(one)).isEqualTo(JsonCodec.encode(other)).isEqualTo("{\"a\":1,\"b\":2}");
    }

    @Test
    void keys_that_have_no_order_are_written_too() {
        Map<Object, Integer> map = new LinkedHashMap<>();
        map.put(new Key(2, 1), 1);
        map.put(new Key(1, 2), 2);
        map.put(Locale.GERMANY, 3);

        assertThat(JsonCodec.encode(map)).contains("Key[x=2, y=1]", "Key[x=1, y=2]", "de_DE");
    }

    @Test
    void a_missing_property_is_an_error_and_not_a_null() {
        assertThatThrownBy(() -> JsonCodec.decode("{\"name\":\"K2\"}", Place.class))
                .isInstanceOf(JacksonException.class)
                .hasMessageContaining("height");
    }

    @Test
    void a_property_that_is_no_longer_known_is_ignored() {
        Place place = JsonCodec.decode("{\"name\":\"K2\",\"height\":8611,\"range\":\"Karakoram\"}", Place.class);

        assertThat(place).isEqualTo(new Place("K2", 8_611));
    }

    private static Object again(Object value, Type type) {
        return JsonCodec.decode(JsonCodec.encode(value, type), type);
    }
}
