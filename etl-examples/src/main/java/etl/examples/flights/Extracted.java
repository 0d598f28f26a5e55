package etl.examples.flights;

/** What an extraction has landed in {@code raw_data}. */
record Extracted(String source, long rows) {}
