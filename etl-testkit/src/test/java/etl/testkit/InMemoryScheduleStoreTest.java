package etl.testkit;

import etl.core.InMemoryStateStore;
import etl.core.spi.StateStore;

class InMemoryScheduleStoreTest extends ScheduleStoreContract {
    @Override
    protected StateStore open() {
        return InMemoryStateStore.create();
    }
}
