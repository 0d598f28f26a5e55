package etl.jdbc;

import etl.core.spi.StateStoreException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
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

    private static final Pattern NOT_ENCODED = Pattern.compile("[\\s#]|%(?![0-9a-fA-F]{2})");
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(?<host>\\[[0-9a-fA-F:.%]+]|[^\\[\\]:,@%]+)(:(?<port>[0-9]{0,9}))?");

    /** Looked for before the driver sees the URL, because it logs what it cannot read, here the password. */
    private static final Pattern USER_BEFORE_HOST = Pattern.compile("^jdbc:postgresql://[^/?]*@");

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
        if (USER_BEFORE_HOST.matcher(url).find()) {
            throw malformed("the jdbc: form takes no user before the host");
        }
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

    /** By hand, because {@link java.net.URI} finds no host in a name with an underscore, which Compose files use. */
    private static DatabaseUrl ofUri(String url) {
        String[] parts = url.substring(url.indexOf("//") + 2).split("\\?", 2);
        String[] place = parts[0].split("/", 2);
        int at = place[0].lastIndexOf('@');
        String[] credentials =
                at < 0 ? new String[0] : place[0].substring(0, at).split(":", 2);
        String database = place.length < 2 ? "" : place[1];
        if (NOT_ENCODED.matcher(url).find() || database.matches(".*[/@:].*")) {
            throw malformed("a special character in it is not percent-encoded");
        }
        Matcher server = HOST_AND_PORT.matcher(place[0].substring(at + 1));
        if (!server.matches()) {
            throw malformed("the host is missing, or it or the port cannot be read");
        }
        if (database.isEmpty()) {
            throw malformed("the database is missing");
        }
        String host = server.group("host");
        String port = port(server.group("port"));
        String jdbcUrl = "jdbc:postgresql://" + host + ":" + port + "/" + database.replace("+", "%2B")
                + (parts.length < 2 ? "" : "?" + parts[1]);
        Optional<String> user = credentials.length > 0 ? Optional.of(decoded(credentials[0])) : Optional.empty();
        Optional<String> password = credentials.length > 1 ? Optional.of(decoded(credentials[1])) : Optional.empty();
        return new DatabaseUrl(jdbcUrl, user, password, shown(user, host, port, decoded(database)));
    }

    private static String port(@Nullable String digits) {
        if (digits == null || digits.isEmpty()) {
            return "5432";
        }
        int port = Integer.parseInt(digits);
        if (port < 1 || port > 65_535) {
            throw malformed("port " + port + " is not between 1 and 65535");
        }
        return String.valueOf(port);
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
