/** For tests: a PostgreSQL, a clock that the test turns, and the contracts that implementations of the SPIs must keep. */
@NullMarked
package etl.testkit;

import org.jspecify.annotations.NullMarked;
