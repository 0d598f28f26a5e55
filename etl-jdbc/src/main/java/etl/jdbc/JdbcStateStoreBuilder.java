package etl.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import etl.core.spi.Retention;
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
    private static final Duration SHORTEST_RETENTION = Duration.ofMinutes(1);
    private static final int DEFAULT_LARGEST_OUTPUT = 8 * 1024 * 1024;

    /** Of up to 4 bytes each, in one text: PostgreSQL keeps no longer one in JSON. */
    private static final int MOST_CHARACTERS = 64 * 1024 * 1024;

    private final Optional<DataSource> dataSource;
    private final Optional<DatabaseUrl> url;
    private String schema = "etl";
    private boolean migrate = true;
    private int largestOutput = DEFAULT_LARGEST_OUTPUT;
    private int poolSize = 10;
    private Duration lease = DEFAULT_LEASE;
    private Optional<Retention> retention = Optional.empty();

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
     * Deletes runs some time after their end, with all that was recorded of them and with their rows of {@code raw_data} and
     * {@code transformed_data}: when the store is opened, in the background, and every hour as long as it is open. Any number
     * of processes may do so.
     *
     * @param period how long a run is kept after its end, by the clock of the database; from 1 minute to 36,500 days;
     *     default: all runs are kept
     * @return this builder
     * @throws IllegalArgumentException if the period is out of range
     */
    public JdbcStateStoreBuilder keepRuns(Duration period) {
        if (period.compareTo(SHORTEST_RETENTION) < 0) {
            throw new IllegalArgumentException("runs must be kept for at least 1 minute, was " + period);
        }
        return keepRuns(Retention.of(period));
    }

    /**
     * Deletes runs as {@link #keepRuns(Duration)} does, with more to say about what is kept.
     *
     * @param kept which runs are kept
     * @return this builder
     */
    public JdbcStateStoreBuilder keepRuns(Retention kept) {
        retention = Optional.of(kept);
        return this;
    }

    /**
     * Sets how large the output of a task may be. A larger one fails its task. What is written but not stored yet is kept in
     * memory, so larger outputs need more of it.
     *
     * @param characters of its JSON, from 1 to 67,108,864; default 8,388,608
     * @return this builder
     * @throws IllegalArgumentException if the number is out of range
     */
    public JdbcStateStoreBuilder largestOutput(int characters) {
        if (characters < 1 || characters > MOST_CHARACTERS) {
            throw new IllegalArgumentException(
                    "the largest output must have from 1 to " + MOST_CHARACTERS + " characters, was " + characters);
        }
        largestOutput = characters;
        return this;
    }

    /**
     * Opens the store.
     *
     * @return the store
     * @throws IllegalArgumentException if the schema's name is not allowed
     * @throws StateStoreException if the database cannot be reached or migrated, has another encoding than UTF8, or may not
     *     be migrated and is not of this library's version
     */
    public JdbcStateStore open() {
        if (dataSource.isPresent()) {
            Database given = new Database(dataSource.get(), schema);
            Database writing = new Database(dataSource.get(), schema, lease);
            return new JdbcStateStore(given, writing, List.of(), migrate, largestOutput, lease, retention);
        }
        List<HikariDataSource> pools = new ArrayList<>();
        try {
            pools.add(ConnectionPool.open(url.orElseThrow(), poolSize));
            pools.add(ConnectionPool.forWriting(url.orElseThrow(), lease));
            return new JdbcStateStore(
                    new Database(pools.get(0), schema),
                    new Database(pools.get(1), schema, lease),
                    List.copyOf(pools),
                    migrate,
                    largestOutput,
                    lease,
                    retention);
        } catch (RuntimeException failure) {
            pools.forEach(HikariDataSource::close);
            throw failure;
        }
    }
}
