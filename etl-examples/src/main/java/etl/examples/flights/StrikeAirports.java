package etl.examples.flights;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Which airport the names in the strike reports mean. */
record StrikeAirports(Map<String, Place> byName) {
    /** An airport's code and state. */
    record Place(String iata, String state) {}

    static StrikeAirports bundled() {
        Map<String, Place> places = new HashMap<>();
        try (Stream<Map<String, String>> rows = new SourceFiles("").csv("strike-airports.csv")) {
            rows.forEach(row -> places.put(
                    row.getOrDefault("name", ""),
                    new Place(row.getOrDefault("iata", ""), row.getOrDefault("state", ""))));
        }
        return new StrikeAirports(places);
    }

    Optional<Place> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }
}
