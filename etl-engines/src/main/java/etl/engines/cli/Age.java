package etl.engines.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an age: a whole number with one of the units d, h, m and s, or the form of {@link Duration#parse}. */
final class Age implements ITypeConverter<Duration> {
    private static final Pattern SHORT = Pattern.compile("([0-9]{1,9})([dhms])");

    @Override
    public Duration convert(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        Matcher matcher = SHORT.matcher(lower);
        if (matcher.matches()) {
            String unit = matcher.group(2);
            return Duration.parse((unit.equals("d") ? "P" : "PT") + lower);
        }
        try {
            Duration age = Duration.parse(text);
            if (!age.isNegative()) {
                return age;
            }
        } catch (DateTimeParseException notIso) {
            // Told below, as for a negative one.
        }
        throw new TypeConversionException("'" + text + "' is not an age; write it as 30d, 12h, 90m, 45s or P30D");
    }
}
