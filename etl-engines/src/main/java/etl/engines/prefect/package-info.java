/** The exporter for Prefect 3. */
@NullMarked
package etl.engines.prefect;

import org.jspecify.annotations.NullMarked;
