/** Runs, task runs and data on PostgreSQL. Begin with {@link etl.jdbc.JdbcStateStore}. */
@NullMarked
package etl.jdbc;

import org.jspecify.annotations.NullMarked;
