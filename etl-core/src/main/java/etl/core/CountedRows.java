package etl.core;

import etl.core.spi.RowCounts;
import java.util.concurrent.atomic.AtomicLong;

/** The rows that one attempt has counted so far. Safe for use by many threads. */
final class CountedRows {
    private final AtomicLong read = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();

    void read(long rows) {
        read.addAndGet(rows);
    }

    void written(long rows) {
        written.addAndGet(rows);
    }

    void rejected(long rows) {
        rejected.addAndGet(rows);
    }

    RowCounts sum() {
        return new RowCounts(read.get(), written.get(), rejected.get());
    }
}
