package etl.jdbc;

import etl.core.GenericType;
import etl.core.spi.ErrorInfo;
import java.lang.reflect.Type;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The columns that runs and task runs have in common. */
final class Columns {
    static final Type STRING_MAP = new GenericType<Map<String, String>>() {}.type();

    private Columns() {}

    static OffsetDateTime timestamp(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    static void setTimestamp(PreparedStatement statement, int index, @Nullable Instant at) throws SQLException {
        statement.setObject(index, at == null ? null : timestamp(at), Types.TIMESTAMP_WITH_TIMEZONE);
    }

    /** Since 1970, rounded as the driver rounds a timestamp. */
    static @Nullable Long microseconds(@Nullable Instant at) {
        return at == null
                ? null
                : Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000L), (at.getNano() + 500) / 1_000);
    }

    static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    static void setError(PreparedStatement statement, int first, Optional<ErrorInfo> error) throws SQLException {
        statement.setString(first, text(error, ErrorInfo::type));
        statement.setString(first + 1, text(error, ErrorInfo::message));
        statement.setString(first + 2, text(error, ErrorInfo::stack));
    }

    /** Not every error is made of an exception, whose texts are storable. */
    static @Nullable String text(Optional<ErrorInfo> error, Function<ErrorInfo, String> part) {
        return error.map(part).map(StorableText::of).orElse(null);
    }

    static Optional<ErrorInfo> error(ResultSet row) throws SQLException {
        String type = row.getString("error_type");
        return type == null
                ? Optional.empty()
                : Optional.of(new ErrorInfo(type, row.getString("error_message"), row.getString("error_stack")));
    }
}
