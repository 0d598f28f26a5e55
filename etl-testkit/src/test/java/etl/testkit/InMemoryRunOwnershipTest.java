package etl.testkit;

import etl.core.InMemoryStateStore;
import etl.core.spi.StateStore;

class InMemoryRunOwnershipTest extends RunOwnershipContract {
    @Override
    protected StateStore open() {
        return InMemoryStateStore.create();
    }
}
