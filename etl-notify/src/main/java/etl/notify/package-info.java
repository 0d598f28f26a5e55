/** Listeners that notify people of failures. */
@NullMarked
package etl.notify;

import org.jspecify.annotations.NullMarked;
