package etl.examples.flights;

/** A valid airport. */
record Airport(String iata, String name, String city, String state, double latitude, double longitude) {}
