package etl.jdbc;

import etl.core.spi.StateStoreException;
import java.sql.ResultSet;
import java.sql.Statement;

/** The encoding of a database. In any but UTF8 a text may be refused that a task returns, or that an error quotes. */
final class ServerEncoding {
    private static final String EVERY_TEXT = "UTF8";

    private ServerEncoding() {}

    /** Refuses a database that cannot store every text. */
    static void check(Database database) {
        String encoding = database.statement("asking for the encoding of the database", connection -> {
            try (Statement show = connection.createStatement();
                    ResultSet row = show.executeQuery("show server_encoding")) {
                row.next();
                return row.getString(1);
            }
        });
        if (!encoding.equals(EVERY_TEXT)) {
            throw new StateStoreException(
                    "the database has the encoding " + encoding
                            + ", in which not every text can be stored; create one with"
                            + " the encoding UTF8: create database ... encoding 'UTF8' template template0",
                    null);
        }
    }
}
