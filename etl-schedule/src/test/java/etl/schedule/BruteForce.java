package etl.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.BitSet;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * A second reading of cron, written from its documentation: it looks at one minute after the other. Knows numbers, names,
 * ranges, steps and lists.
 */
final class BruteForce {
    private static final Map<String, Integer> NAMES =
            Map.of("JAN", 1, "FEB", 2, "OCT", 10, "DEC", 12, "SUN", 0, "MON", 1, "WED", 3, "FRI", 5, "SAT", 6);

    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet days;
    private final BitSet months;
    private final BitSet weekdays;
    private final boolean eitherDay;

    BruteForce(String expression) {
        String[] fields = expression.split(" ", -1);
        minutes = values(fields[0], 0, 59);
        hours = values(fields[1], 0, 23);
        days = values(fields[2], 1, 31);
        months = values(fields[3], 1, 12);
        weekdays = values(fields[4], 0, 7);
        weekdays.set(0, weekdays.get(0) || weekdays.get(7));
        eitherDay = isRestricted(fields[2]) && isRestricted(fields[4]);
    }

    private static boolean isRestricted(String field) {
        return !field.equals("*") && !field.equals("*/1");
    }

    private static BitSet values(String field, int low, int high) {
        BitSet values = new BitSet();
        for (String part : field.split(",", -1)) {
            String[] stepped = part.split("/", -1);
            String[] range = stepped[0].split("-", -1);
            boolean all = stepped[0].equals("*");
            int from = all ? low : value(range[0]);
            int to = all || (range.length == 1 && stepped.length == 2) ? high : value(range[range.length - 1]);
            for (int value = from; value <= to; value += stepped.length == 2 ? value(stepped[1]) : 1) {
                values.set(value);
            }
        }
        return values;
    }

    private static int value(String text) {
        return NAMES.containsKey(text) ? NAMES.get(text) : Integer.parseInt(text);
    }

    boolean matches(LocalDateTime local) {
        boolean day = days.get(local.getDayOfMonth());
        boolean weekday = weekdays.get(local.getDayOfWeek().getValue() % 7);
        return months.get(local.getMonthValue())
                && (eitherDay ? day || weekday : day && weekday)
                && hours.get(local.getHour())
                && minutes.get(local.getMinute());
    }

    /** All ticks in a range, both ends excluded. */
    NavigableSet<Instant> ticks(ZoneId zone, Instant from, Instant to) {
        TreeSet<Instant> ticks = new TreeSet<>();
        if (hours.cardinality() == 24) {
            for (Instant minute = from; !minute.isAfter(to); minute = minute.plusSeconds(60)) {
                if (matches(LocalDateTime.ofInstant(minute, zone))) {
                    ticks.add(minute);
                }
            }
        } else {
            LocalDateTime end = LocalDateTime.ofInstant(to, zone).plus(Duration.ofDays(2));
            LocalDateTime local = LocalDateTime.ofInstant(from, zone).minus(Duration.ofDays(2));
            for (; local.isBefore(end); local = local.plusMinutes(1)) {
                if (matches(local)) {
                    ticks.add(ZonedDateTime.ofLocal(local, zone, null).toInstant());
                }
            }
        }
        return ticks.subSet(from, false, to, false);
    }
}
