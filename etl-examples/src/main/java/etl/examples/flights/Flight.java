package etl.examples.flights;

import java.time.LocalDateTime;

/** A valid flight, joined with the state of its origin. */
record Flight(LocalDateTime departed, int delay, int distance, String origin, String destination, String state) {}
