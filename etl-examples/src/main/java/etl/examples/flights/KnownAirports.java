package etl.examples.flights;

import etl.core.RunId;
import etl.jdbc.JdbcStateStore;
import etl.jdbc.TransformedData;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The valid airports of a run, by IATA code. */
record KnownAirports(Map<String, Airport> byCode) {
    static KnownAirports read(JdbcStateStore store, RunId run) {
        Map<String, Airport> airports = new HashMap<>();
        TransformedData.in(store)
                .read(run, "airports", Airport.class, airport -> airports.put(airport.iata(), airport));
        return new KnownAirports(airports);
    }

    Optional<Airport> find(String iata) {
        return Optional.ofNullable(byCode.get(iata));
    }
}
