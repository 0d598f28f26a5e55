/** The flights pipeline: three real files, from extraction to a report. */
@NullMarked
package etl.examples.flights;

import org.jspecify.annotations.NullMarked;
