package etl.testkit;

import etl.core.InMemoryStateStore;
import etl.core.spi.StateStore;
import java.time.Duration;

class MemoryOutputCacheTest extends OutputCacheContract {
    private final ManualTime time = new ManualTime();

    @Override
    protected StateStore open() {
        return InMemoryStateStore.create(time);
    }

    @Override
    protected void advance(Duration step) {
        time.advance(step);
    }
}
