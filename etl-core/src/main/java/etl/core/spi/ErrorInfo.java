package etl.core.spi;

import etl.core.Secret;
import java.io.PrintWriter;

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
     * Describes an exception. Characters that PostgreSQL cannot store (NUL and lone surrogates) become U+FFFD, and of an
     * exception that throws while it is described there is what it told before, at least its class. Secrets that were
     * revealed in this process are masked, see {@link Secret#mask}.
     *
     * @param failure the exception
     * @return its description
     */
    public static ErrorInfo of(Throwable failure) {
        return new ErrorInfo(
                failure.getClass().getName(),
                storable(Secret.mask(message(failure)), MAX_MESSAGE),
                storable(Secret.mask(stack(failure)), MAX_STACK));
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
        // More than is kept, so that a pair of surrogates or a secret at the end is seen as a whole.
        BoundedText text = new BoundedText(2 * MAX_STACK);
        try {
            failure.printStackTrace(new PrintWriter(text));
        } catch (RuntimeException | Error fullOrUnreadable) {
            if (text.toString().isEmpty()) {
                return failure.getClass().getName();
            }
        }
        return text.toString();
    }

    private static String storable(String text, int limit) {
        StringBuilder clean = new StringBuilder(Math.min(text.length(), limit));
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            i += Character.charCount(point);
            if (clean.length() + Character.charCount(point) > limit) {
                break;
            }
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
