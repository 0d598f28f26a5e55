/** A command line that runs the example pipelines. */
@NullMarked
package etl.examples;

import org.jspecify.annotations.NullMarked;
