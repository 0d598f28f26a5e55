package etl.testkit;

import etl.core.InMemoryStateStore;
import etl.core.spi.StateStore;

class InMemoryPurgeTest extends PurgeContract {
    @Override
    protected StateStore open() {
        return InMemoryStateStore.create();
    }
}
