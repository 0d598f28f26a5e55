package etl.core.spi;

import java.io.Writer;

/** Takes so many characters and then refuses more, so that an endless text ends early. */
final class BoundedText extends Writer {
    private final StringBuilder text = new StringBuilder();
    private final int limit;

    BoundedText(int limit) {
        this.limit = limit;
    }

    /** Says that the text is full. Unchecked, because a PrintWriter would keep an IOException to itself and go on. */
    static final class FullException extends RuntimeException {
        private static final long serialVersionUID = 1;

        FullException() {
            super(null, null, false, false);
        }
    }

    @Override
    public void write(char[] characters, int offset, int length) {
        int room = Math.min(length, limit - text.length());
        text.append(characters, offset, room);
        if (room < length) {
            throw new FullException();
        }
    }

    @Override
    public void write(String characters, int offset, int length) {
        int room = Math.min(length, limit - text.length());
        text.append(characters, offset, offset + room);
        if (room < length) {
            throw new FullException();
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    @Override
    public String toString() {
        return text.toString();
    }
}
