/** The exporter for Luigi 3. */
@NullMarked
package etl.engines.luigi;

import org.jspecify.annotations.NullMarked;
