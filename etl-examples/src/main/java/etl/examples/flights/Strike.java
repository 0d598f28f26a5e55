package etl.examples.flights;

import java.time.LocalDate;

/** A valid report of a wildlife strike, joined with its airport. */
record Strike(LocalDate date, String airport, String state, String species, String damage, long cost, int knots) {}
