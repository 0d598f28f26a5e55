/** The command line of an application that embeds the library; see {@link etl.engines.cli.EtlCli}. */
@NullMarked
package etl.engines.cli;

import org.jspecify.annotations.NullMarked;
