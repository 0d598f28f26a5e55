package etl.jdbc;

import java.math.BigDecimal;

/** Numbers that fit into PostgreSQL's numeric, which is what jsonb makes of every number. */
final class StorableNumber {
    static final int MOST_DIGITS_BEFORE_THE_POINT = 131_072;
    static final int MOST_DIGITS_AFTER_THE_POINT = 16_383;

    private StorableNumber() {}

    static boolean is(BigDecimal number) {
        return number.scale() <= MOST_DIGITS_AFTER_THE_POINT
                && (number.signum() == 0 || (long) number.precision() - number.scale() <= MOST_DIGITS_BEFORE_THE_POINT);
    }
}
