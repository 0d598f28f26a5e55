/** What the runner costs, against hand-written code and other libraries. */
@NullMarked
package etl.benchmarks;

import org.jspecify.annotations.NullMarked;
