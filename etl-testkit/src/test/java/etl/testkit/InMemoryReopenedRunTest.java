package etl.testkit;

import etl.core.InMemoryStateStore;
import etl.core.spi.StateStore;

class InMemoryReopenedRunTest extends ReopenedRunContract {
    @Override
    protected StateStore open() {
        return InMemoryStateStore.create();
    }
}
