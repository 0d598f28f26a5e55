package etl.jdbc;

import java.math.BigDecimal;

/** Numbers that fit into PostgreSQL's numeric, which is what jsonb makes of every number. */
final class StorableNumber {
    private static final int MOST_DIGITS_BEFORE_THE_POINT = 131_072;
    private static final int MOST_DIGITS_AFTER_THE_POINT = 16_383;

    /** Sign, point and exponent need less. */
    private static final int LONGEST = MOST_DIGITS_BEFORE_THE_POINT + MOST_DIGITS_AFTER_THE_POINT + 100;

    private StorableNumber() {}

    static boolean is(BigDecimal number) {
        return number.scale() <= MOST_DIGITS_AFTER_THE_POINT
                && (number.signum() == 0 || (long) number.precision() - number.scale() <= MOST_DIGITS_BEFORE_THE_POINT);
    }

    /** A number as JSON writes it. Long ones are not even read, since that takes the square of their length. */
    static boolean is(String number) {
        try {
            return number.length() <= LONGEST && is(new BigDecimal(number));
        } catch (NumberFormatException exponentTooLong) {
            return false;
        }
    }
}
