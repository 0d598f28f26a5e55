package etl.core.spi;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * A failure as text: what a state store keeps of an exception.
 *
 * @param type the class name of the exception
 * @param message its message, empty if there is none
 * @param stack its stack trace with causes, at most 32,768 characters
 */
public record ErrorInfo(String type, String message, String stack) {
    private static final int MAX_STACK = 32_768;
    private static final int MAX_MESSAGE = 8_192;

    /**
     * Describes an exception. Characters that PostgreSQL cannot store (NUL and lone surrogates) become U+FFFD, and an
     * exception that throws while it is described is described by its class alone.
     *
     * @param failure the exception
     * @return its description
     */
    public static ErrorInfo of(Throwable failure) {
        return new ErrorInfo(
                failure.getClass().getName(),
                storable(message(failure), MAX_MESSAGE),
                storable(stack(failure), MAX_STACK));
    }

    private static String message(Throwable failure) {
        try {
            String message = failure.getMessage();
            return message == null ? "" : message;
        } catch (RuntimeException | Error unreadable) {
            return "(its getMessage() threw " + unreadable.getClass().getName() + ")";
        }
    }

    private static String stack(Throwable failure) {
        try {
            StringWriter text = new StringWriter();
            failure.printStackTrace(new PrintWriter(text));
            return text.toString();
        } catch (RuntimeException | Error unreadable) {
            return failure.getClass().getName();
        }
    }

    private static String storable(String text, int limit) {
        StringBuilder clean = new StringBuilder(Math.min(text.length(), limit));
        for (int i = 0; i < text.length() && clean.length() < limit; ) {
            int point = text.codePointAt(i);
            i += Character.charCount(point);
            boolean lone = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
            clean.appendCodePoint(point == 0 || lone ? 0xFFFD : point);
        }
        return clean.toString();
    }

    @Override
    public String toString() {
        return message.isEmpty() ? type : type + ": " + message;
    }
}
