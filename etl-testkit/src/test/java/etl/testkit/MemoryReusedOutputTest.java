package etl.testkit;

import etl.core.InMemoryStateStore;
import etl.core.spi.StateStore;

class MemoryReusedOutputTest extends ReusedOutputContract {
    @Override
    protected StateStore open() {
        return InMemoryStateStore.create();
    }
}
