/**
 * The task model and the runner: declare a {@link etl.core.Pipeline}, run it with {@link etl.core.Etl}, read the
 * {@link etl.core.RunReport}.
 */
@NullMarked
package etl.core;

import org.jspecify.annotations.NullMarked;
