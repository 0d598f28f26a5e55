package etl.examples.flights;

/** What a transformation has written to {@code transformed_data}; duplicates are among the invalid rows. */
record Transformed(String source, long valid, long invalid, long duplicates) {
    long total() {
        return valid + invalid;
    }
}
