package etl.core;

/** A text of unknown length and content, made fit for a message. */
final class Quoted {
    private static final int SHOWN = 60;

    private Quoted() {}

    static String of(String text) {
        String start = text.codePointCount(0, text.length()) <= SHOWN
                ? text
                : text.substring(0, text.offsetByCodePoints(0, SHOWN)) + "...";
        return "'" + start.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?") + "'";
    }
}
