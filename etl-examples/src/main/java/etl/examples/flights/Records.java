package etl.examples.flights;

import etl.examples.flights.StrikeAirports.Place;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** How the fields of each source become a value, and what must hold for them. */
final class Records {
    private static final DateTimeFormatter DEPARTURE =
            DateTimeFormatter.ofPattern("uuuu/MM/dd HH:mm", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);

    private Records() {}

    static Airport airport(Validation fields) {
        String iata = fields.text("iata");
        fields.require(iata.isEmpty() || iata.matches("[A-Z0-9]{3,4}"), "iata '" + iata + "' is not a code");
        double latitude = fields.decimal("latitude");
        double longitude = fields.decimal("longitude");
        fields.require(Math.abs(latitude) <= 90, "latitude " + latitude + " is not on Earth");
        fields.require(Math.abs(longitude) <= 180, "longitude " + longitude + " is not on Earth");
        return new Airport(iata, fields.text("name"), fields.text("city"), fields.text("state"), latitude, longitude);
    }

    static Function<Validation, Flight> flights(KnownAirports airports) {
        return fields -> {
            LocalDateTime departed = fields.parsed(
                    "date",
                    text -> LocalDateTime.parse(text, DEPARTURE),
                    "a date and time such as 2001/01/31 23:59",
                    LocalDateTime.MIN);
            int delay = fields.integer("delay");
            int distance = fields.integer("distance");
            fields.require(distance >= 0, "distance " + distance + " is negative");
            String origin = fields.text("origin");
            String destination = fields.text("destination");
            Optional<Airport> from = airports.find(origin);
            fields.require(origin.isEmpty() || from.isPresent(), "origin '" + origin + "' is not a known airport");
            fields.require(
                    destination.isEmpty() || airports.find(destination).isPresent(),
                    "destination '" + destination + "' is not a known airport");
            return new Flight(
                    departed,
                    delay,
                    distance,
                    origin,
                    destination,
                    from.map(Airport::state).orElse(""));
        };
    }

    static Function<Validation, Strike> strikes(StrikeAirports airports) {
        return fields -> {
            LocalDate date = fields.parsed("Flight Date", LocalDate::parse, "a date such as 1990-01-31", LocalDate.MIN);
            String name = fields.text("Airport Name");
            Optional<Place> place = airports.find(name);
            fields.require(name.isEmpty() || place.isPresent(), "Airport Name '" + name + "' is not a known airport");
            return new Strike(
                    date,
                    place.map(Place::iata).orElse(""),
                    place.map(Place::state).orElse(""),
                    fields.text("Wildlife Species"),
                    fields.text("Effect Amount of damage"),
                    fields.wholeAmount("Cost Total $"),
                    fields.integer("Speed IAS in knots"));
        };
    }
}
