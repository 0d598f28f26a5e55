/** The exporter for Apache Airflow 2.11 and 3. */
@NullMarked
package etl.engines.airflow;

import org.jspecify.annotations.NullMarked;
