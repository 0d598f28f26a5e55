package etl.examples;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.Charset;
import java.util.Objects;
import java.util.stream.Stream;

/** Whether a person is watching, and what the terminal can show. */
public final class Terminal {
    private Terminal() {}

    /** From Java 22 on there is a console even in a pipe, which then says of itself that it is no terminal. */
    @SuppressWarnings("SystemConsoleNull")
    static boolean isInteractive() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException olderJvm) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException unknown) {
            return false;
        }
    }

    /**
     * Whether the standard output can show a text; it cannot show lines and blocks in the locale "C", for instance.
     *
     * @param text the text
     * @return true if its encoding has every character
     */
    public static boolean canShow(String text) {
        return Stream.of("stdout.encoding", "sun.stdout.encoding", "native.encoding")
                .map(System::getProperty)
                .filter(Objects::nonNull)
                .findFirst()
                .map(Charset::forName)
                .orElseGet(Charset::defaultCharset)
                .newEncoder()
                .canEncode(text);
    }
}
