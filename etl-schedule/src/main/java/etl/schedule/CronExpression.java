package etl.schedule;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A cron expression on a clock that is never changed: the parser's own handling of time zones is left aside, see
 * {@link CronTicks}. A day comes if day of month and day of week allow it, or one of them if both are restricted.
 */
final class CronExpression {
    private static final Map<String, String> WORDS = Map.of(
            "@hourly", "0 * * * *",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@weekly", "0 0 * * 0",
            "@monthly", "0 0 1 * *",
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *");
    private static final List<String> FIELDS = List.of(
            "minute takes 0 to 59",
            "hour takes 0 to 23",
            "day of month takes 1 to 31",
            "month takes 1 to 12 or JAN to DEC",
            "day of week takes 0 to 7 (0 and 7 are Sunday) or MON to SUN");
    private static final Pattern KNOWN = Pattern.compile("[0-9A-Z*,/-]+");
    private static final LocalDateTime SAMPLE = LocalDateTime.of(2001, 1, 1, 0, 0);

    private final ExecutionTime time;
    private final boolean hourly;

    private CronExpression(ExecutionTime time, boolean hourly) {
        this.time = time;
        this.hourly = hourly;
    }

    static CronExpression parse(String text) {
        String[] fields =
                WORDS.getOrDefault(text, text).toUpperCase(Locale.ROOT).split(" ", -1);
        if (fields.length != FIELDS.size()) {
            throw new IllegalArgumentException(
                    "cron expression '" + text + "' has " + fields.length + " fields, but takes five");
        }
        for (int field = 0; field < fields.length; field++) {
            check(text, fields, field);
        }
        CronExpression parsed = new CronExpression(time(fields), isHourly(fields[1]));
        if (parsed.next(SAMPLE).isEmpty()) {
            throw new IllegalArgumentException("cron expression '" + text
                    + "' never comes: no month of it has such a day of month; correct the third or the fourth field");
        }
        return parsed;
    }

    private static void check(String text, String[] fields, int field) {
        try {
            if (!KNOWN.matcher(fields[field]).matches()) {
                throw new IllegalArgumentException("unknown characters");
            }
            time(alone(fields[field], field));
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException(
                    "cron expression '" + text + "' is wrong in its field " + (field + 1) + ", '" + fields[field]
                            + "': the " + FIELDS.get(field)
                            + ", with '*', ranges that go up as 1-5, steps as */15 or 1-5/2, and lists as 1,15",
                    refused);
        }
    }

    private static String[] alone(String value, int field) {
        String[] fields = {"*", "*", "*", "*", "*"};
        fields[field] = value;
        return fields;
    }

    private static ExecutionTime time(String[] fields) {
        Cron cron = Parser.UNIX.parse(String.join(" ", fields));
        return ExecutionTime.forCron(cron.validate());
    }

    private static boolean isHourly(String hours) {
        ExecutionTime anyMinute = time(alone(hours, 1));
        return IntStream.range(0, 24).allMatch(hour -> anyMinute.isMatch(onFixedClock(SAMPLE.plusHours(hour))));
    }

    /** Whether it comes in every hour of a day. */
    boolean isHourly() {
        return hourly;
    }

    /** The first time after another one, both in whole minutes. */
    Optional<LocalDateTime> next(LocalDateTime after) {
        return time.nextExecution(onFixedClock(after)).map(ZonedDateTime::toLocalDateTime);
    }

    /** The last time before another one, both in whole minutes. */
    Optional<LocalDateTime> previous(LocalDateTime before) {
        return time.lastExecution(onFixedClock(before)).map(ZonedDateTime::toLocalDateTime);
    }

    private static ZonedDateTime onFixedClock(LocalDateTime local) {
        return local.atZone(ZoneOffset.UTC);
    }

    /** Safe for use by many threads: it keeps nothing of what it has parsed. */
    private static final class Parser {
        static final CronParser UNIX = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
    }
}
