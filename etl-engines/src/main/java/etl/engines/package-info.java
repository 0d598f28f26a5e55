/** Translates pipelines into artifacts of other engines; see {@link etl.engines.Engine}. */
@NullMarked
package etl.engines;

import org.jspecify.annotations.NullMarked;
