package etl.jdbc;

/**
 * A row of {@code raw_data}.
 *
 * @param id the row's id
 * @param position the record's place in its source, from 0
 * @param contentHash SHA-256 of the record as JSON, in hexadecimal; equal for equal records
 * @param content the record
 * @param <T> the type of the record
 */
public record RawRow<T>(long id, long position, String contentHash, T content) {}
