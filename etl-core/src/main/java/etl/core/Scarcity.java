package etl.core;

import java.util.Optional;

/** What a task needs that there is not enough of, and how important it is. */
record Scarcity(Optional<String> pool, int poolSlots, int priority) {}
