/** What surrounds the runner and can be replaced: the state store, listeners and time. */
@NullMarked
package etl.core.spi;

import org.jspecify.annotations.NullMarked;
