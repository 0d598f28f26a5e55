/** What a task costs whose state is kept in PostgreSQL, in comparison with hand-written code and other libraries. */
@NullMarked
package etl.benchmarks.durable;

import org.jspecify.annotations.NullMarked;
