package etl.jdbc;

import etl.core.GenericType;
import etl.core.spi.ErrorInfo;
import java.lang.reflect.Type;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;

/** The columns that runs and task runs have in common. */
final class Columns {
    static final Type STRING_MAP = new GenericType<Map<String, String>>() {}.type();

    private Columns() {}

    static OffsetDateTime timestamp(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    static void setError(PreparedStatement statement, int first, Optional<ErrorInfo> error) throws SQLException {
        statement.setString(first, error.map(ErrorInfo::type).orElse(null));
        statement.setString(first + 1, error.map(ErrorInfo::message).orElse(null));
        statement.setString(first + 2, error.map(ErrorInfo::stack).orElse(null));
    }

    static Optional<ErrorInfo> error(ResultSet row) throws SQLException {
        String type = row.getString("error_type");
        return type == null
                ? Optional.empty()
                : Optional.of(new ErrorInfo(type, row.getString("error_message"), row.getString("error_stack")));
    }
}
