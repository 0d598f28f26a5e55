/** Metrics of runs and tasks, for Prometheus and StatsD. Begin with {@link etl.metrics.Metrics}. */
@NullMarked
package etl.metrics;

import org.jspecify.annotations.NullMarked;
