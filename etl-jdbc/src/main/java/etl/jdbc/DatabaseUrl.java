package etl.jdbc;

import etl.core.spi.StateStoreException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * Where a database is, read from {@code DATABASE_URL}. Both usual forms are understood:
 * {@code postgresql://user:password@host:5432/database} (also {@code postgres://}; special characters percent-encoded)
 * and {@code jdbc:postgresql://host:5432/database?user=...&password=...}. Its text form never shows the password.
 * Immutable and safe for use by many threads.
 */
public final class DatabaseUrl {
    private static final String FORMS = "expected postgresql://user:password@host:5432/database or"
            + " jdbc:postgresql://host:5432/database?user=...&password=...";

    private final String jdbcUrl;
    private final Optional<String> user;
    private final Optional<String> password;
    private final String shown;

    private DatabaseUrl(String jdbcUrl, Optional<String> user, Optional<String> password, String shown) {
        this.jdbcUrl = jdbcUrl;
        this.user = user;
        this.password = password;
        this.shown = shown;
    }

    /**
     * Reads a URL.
     *
     * @param text one of the two forms
     * @return the place
     * @throws StateStoreException if the text has neither form; the message does not repeat the text, which may hold a
     *     password
     */
    public static DatabaseUrl parse(String text) {
        String trimmed = text.trim();
        if (trimmed.startsWith("jdbc:postgresql:")) {
            return ofJdbc(trimmed);
        }
        if (trimmed.startsWith("postgresql://") || trimmed.startsWith("postgres://")) {
            return ofUri(trimmed);
        }
        throw malformed("it begins with neither postgresql:// nor jdbc:postgresql:");
    }

    private static DatabaseUrl ofJdbc(String url) {
        Properties parsed = Driver.parseURL(url, new Properties());
        if (parsed == null) {
            throw malformed("the PostgreSQL driver cannot read it");
        }
        Optional<String> user = Optional.ofNullable(parsed.getProperty("user"));
        return new DatabaseUrl(
                url,
                user,
                Optional.ofNullable(parsed.getProperty("password")),
                shown(
                        user,
                        parsed.getProperty("PGHOST", "localhost"),
                        parsed.getProperty("PGPORT", "5432"),
                        parsed.getProperty("PGDBNAME", "")));
    }

    private static DatabaseUrl ofUri(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException invalid) {
            throw malformed("a special character in it is not percent-encoded");
        }
        String database = uri.getRawPath() == null ? "" : uri.getRawPath().replaceFirst("^/", "");
        if (uri.getHost() == null || database.isEmpty()) {
            throw malformed(uri.getHost() == null ? "the host is missing" : "the database is missing");
        }
        String port = uri.getPort() < 0 ? "5432" : String.valueOf(uri.getPort());
        String jdbcUrl = "jdbc:postgresql://" + uri.getHost() + ":" + port + "/" + database
                + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        String[] credentials = uri.getRawUserInfo() == null
                ? new String[0]
                : uri.getRawUserInfo().split(":", 2);
        Optional<String> user = credentials.length > 0 ? Optional.of(decoded(credentials[0])) : Optional.empty();
        Optional<String> password = credentials.length > 1 ? Optional.of(decoded(credentials[1])) : Optional.empty();
        return new DatabaseUrl(jdbcUrl, user, password, shown(user, uri.getHost(), port, decoded(database)));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String shown(Optional<String> user, String host, String port, String database) {
        return "database '" + database + "' at " + host + ":" + port
                + user.map(name -> " as user '" + name + "'").orElse("");
    }

    private static StateStoreException malformed(String why) {
        return new StateStoreException("DATABASE_URL is malformed: " + why + "; " + FORMS, null);
    }

    /**
     * The URL for JDBC.
     *
     * @return the URL; it may hold a password, if it was given in JDBC form
     */
    public String jdbcUrl() {
        return jdbcUrl;
    }

    /**
     * The user.
     *
     * @return the name, or empty if none was given
     */
    public Optional<String> user() {
        return user;
    }

    Optional<String> password() {
        return password;
    }

    /** For messages: database, host, port and user, without the password. */
    @Override
    public String toString() {
        return shown;
    }
}
