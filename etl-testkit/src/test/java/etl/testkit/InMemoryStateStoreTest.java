package etl.testkit;

import etl.core.InMemoryStateStore;
import etl.core.spi.StateStore;

class InMemoryStateStoreTest extends StateStoreContract {
    @Override
    protected StateStore open() {
        return InMemoryStateStore.create();
    }
}
