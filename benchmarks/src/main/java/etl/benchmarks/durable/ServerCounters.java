package etl.benchmarks.durable;

import java.sql.SQLException;

/**
 * What PostgreSQL has counted.
 *
 * @param commits transactions committed in the database, those that only read included
 * @param syncs how often the write-ahead log was brought to the disk, for all databases
 */
record ServerCounters(long commits, long syncs) {
    private static final int WAL_IN_PG_STAT_IO = 18;

    /** Only to be read while nothing is connected to the database. */
    static ServerCounters of(Database database) throws SQLException {
        database.awaitNoConnections();
        Server server = database.server();
        server.execute("select pg_stat_clear_snapshot()");
        return new ServerCounters(
                server.number("select xact_commit from pg_stat_database where datname = '" + database.name() + "'"),
                server.number(
                        server.majorVersion() < WAL_IN_PG_STAT_IO
                                ? "select wal_sync from pg_stat_wal"
                                : "select sum(fsyncs) from pg_stat_io where object = 'wal' and context = 'normal'"));
    }

    ServerCounters minus(ServerCounters other) {
        return new ServerCounters(commits - other.commits, syncs - other.syncs);
    }
}
