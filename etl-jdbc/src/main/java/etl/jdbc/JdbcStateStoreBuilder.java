package etl.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import etl.core.spi.StateStoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;

/** Configures a {@link JdbcStateStore}. Not safe for use by many threads. */
public final class JdbcStateStoreBuilder {
    /** How long a run belongs to a process that does not prolong its lease, unless told otherwise. */
    public static final Duration DEFAULT_LEASE = Duration.ofSeconds(30);

    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);
    private static final Duration LONGEST_LEASE = Duration.ofHours(1);
    private static final int LARGEST_OUTPUT = 8 * 1024 * 1024;

    private final Optional<DataSource> dataSource;
    private final Optional<DatabaseUrl> url;
    private String schema = "etl";
    private boolean migrate = true;
    private int poolSize = 10;
    private Duration lease = DEFAULT_LEASE;

    JdbcStateStoreBuilder(Optional<DataSource> dataSource, Optional<DatabaseUrl> url) {
        this.dataSource = dataSource;
        this.url = url;
    }

    /**
     * Sets the schema of the tables.
     *
     * @param name at most 63 lower-case letters, digits and '_'; default {@code etl}
     * @return this builder
     */
    public JdbcStateStoreBuilder schema(String name) {
        schema = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * Says whether the schema is created and migrated when the store is opened.
     *
     * @param yes false for a process that may only use what another one has migrated, to this library's version;
     *     default true
     * @return this builder
     */
    public JdbcStateStoreBuilder migrate(boolean yes) {
        migrate = yes;
        return this;
    }

    /**
     * Sets the size of the pool of a store that is opened by a URL. The store opens up to 3 connections more, which write
     * states and which tasks cannot take.
     *
     * @param connections at least 2; default 10
     * @return this builder
     * @throws IllegalArgumentException if the number is less than 2
     * @throws IllegalStateException if the store uses a host's data source
     */
    public JdbcStateStoreBuilder poolSize(int connections) {
        if (connections < 2) {
            throw new IllegalArgumentException("pool size must be at least 2, was " + connections);
        }
        if (dataSource.isPresent()) {
            throw new IllegalStateException("the pool belongs to the host's data source; set its size there");
        }
        poolSize = connections;
        return this;
    }

    /**
     * Sets how long a run belongs to its process without a sign of life. Each process prolongs the leases of its runs three
     * times within this period. When the process dies, another one may take its runs after the period. When the database
     * cannot be reached for the period, the process gives its runs up: their tasks are interrupted, and the runs can be
     * resumed.
     *
     * @param period from 1 second to 1 hour; default {@link #DEFAULT_LEASE}
     * @return this builder
     * @throws IllegalArgumentException if the period is out of range
     */
    public JdbcStateStoreBuilder lease(Duration period) {
        if (period.compareTo(SHORTEST_LEASE) < 0 || period.compareTo(LONGEST_LEASE) > 0) {
            throw new IllegalArgumentException("lease must be from 1 second to 1 hour, was " + period);
        }
        lease = period;
        return this;
    }

    /**
     * Opens the store.
     *
     * @return the store
     * @throws IllegalArgumentException if the schema's name is not allowed
     * @throws StateStoreException if the database cannot be reached or migrated, or may not be migrated and is not of
     *     this library's version
     */
    public JdbcStateStore open() {
        if (dataSource.isPresent()) {
            Database given = new Database(dataSource.get(), schema);
            return new JdbcStateStore(given, given, List.of(), migrate, LARGEST_OUTPUT, lease);
        }
        List<HikariDataSource> pools = new ArrayList<>();
        try {
            pools.add(ConnectionPool.open(url.orElseThrow(), poolSize));
            pools.add(ConnectionPool.forWriting(url.orElseThrow(), lease));
            return new JdbcStateStore(
                    new Database(pools.get(0), schema),
                    new Database(pools.get(1), schema),
                    List.copyOf(pools),
                    migrate,
                    LARGEST_OUTPUT,
                    lease);
        } catch (RuntimeException failure) {
            pools.forEach(HikariDataSource::close);
            throw failure;
        }
    }
}
