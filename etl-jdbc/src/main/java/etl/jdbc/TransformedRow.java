package etl.jdbc;

import java.util.List;

/**
 * A row for {@code transformed_data}.
 *
 * @param rawId the raw row it came from
 * @param content what became of it, stored as JSON
 * @param errors why it is INVALID, one sentence each; empty if it is VALID
 */
public record TransformedRow(long rawId, Object content, List<String> errors) {
    /**
     * Copies the errors.
     *
     * @param rawId the raw row it came from
     * @param content what became of it
     * @param errors why it is INVALID
     */
    public TransformedRow {
        errors = List.copyOf(errors);
    }

    /**
     * A row that passed validation.
     *
     * @param rawId the raw row it came from
     * @param content what became of it
     * @return the row
     */
    public static TransformedRow valid(long rawId, Object content) {
        return new TransformedRow(rawId, content, List.of());
    }

    /**
     * Whether the row passed validation.
     *
     * @return true if there are no errors
     */
    public boolean isValid() {
        return errors.isEmpty();
    }
}
