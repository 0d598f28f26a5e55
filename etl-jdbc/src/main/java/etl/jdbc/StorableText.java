package etl.jdbc;

/** Text for people, with U+FFFD in place of the characters that PostgreSQL cannot store. */
final class StorableText {
    private static final int REPLACEMENT = 0xFFFD;

    private StorableText() {}

    static String of(String text) {
        if (is(text)) {
            return text;
        }
        return text.codePoints()
                .map(point -> isStorable(point) ? point : REPLACEMENT)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    static boolean is(String text) {
        return text.codePoints().allMatch(StorableText::isStorable);
    }

    /** All but NUL and the halves of surrogate pairs. */
    private static boolean isStorable(int point) {
        return point != 0 && (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE);
    }
}
