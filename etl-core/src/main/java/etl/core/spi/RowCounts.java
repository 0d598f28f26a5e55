package etl.core.spi;

/**
 * How many rows an attempt has handled.
 *
 * @param read rows read from a source
 * @param written rows written to a sink
 * @param rejected rows that did not pass validation
 */
public record RowCounts(long read, long written, long rejected) {
    /** No rows at all. */
    public static final RowCounts NONE = new RowCounts(0, 0, 0);
}
