package etl.schedule;

import etl.core.Timing;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The ticks of a cron expression on the clock of a zone. An expression that comes in every hour ticks whenever the clock
 * shows one of its times. Any other ticks once for each of its times: one that the clock jumps over comes as much later as
 * the clock jumps, and one that the clock shows twice comes the first time.
 *
 * <p>Between two changes of the clock (a span) clock and time run alike. The ticks of a span are the times that its clock
 * shows, without those that were shown before the change at its beginning, and those that this change has jumped over.
 */
final class CronTicks implements Ticks {
    private final CronExpression expression;
    private final ZoneRules rules;

    CronTicks(Timing.Cron cron) {
        this.expression = CronExpression.parse(cron.expression());
        this.rules = cron.zone().getRules();
    }

    @Override
    public Optional<Instant> next(Instant after) {
        Instant from = after.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        while (from.isBefore(LAST)) {
            Span span = new Span(from);
            Optional<Instant> tick = Stream.of(span.firstShown(from), span.firstJumped(from))
                    .flatMap(Optional::stream)
                    .min(Instant::compareTo);
            ZoneOffsetTransition end = rules.nextTransition(from);
            if (end == null || tick.filter(end.getInstant()::isAfter).isPresent()) {
                return tick.filter(LAST::isAfter);
            }
            from = end.getInstant();
        }
        return Optional.empty();
    }

    @Override
    public Optional<Instant> previous(Instant before) {
        Instant until = before.minusNanos(1).truncatedTo(ChronoUnit.SECONDS);
        while (until.isAfter(FIRST)) {
            Span span = new Span(until);
            Optional<Instant> tick = Stream.of(span.lastShown(until), span.lastJumped(until))
                    .flatMap(Optional::stream)
                    .max(Instant::compareTo);
            if (tick.isPresent() || span.change == null) {
                return tick.filter(FIRST::isBefore);
            }
            until = span.change.getInstant().minusSeconds(1);
        }
        return Optional.empty();
    }

    /** The time between two changes of the clock. */
    private final class Span {
        private final ZoneOffset offset;
        private final @Nullable ZoneOffsetTransition change;

        Span(Instant within) {
            this.offset = rules.getOffset(within);
            this.change = rules.previousTransition(within.plusNanos(1));
        }

        Optional<Instant> firstShown(Instant from) {
            LocalDateTime local = later(minuteFrom(clock(from)), newFrom());
            return expression.next(local.minusMinutes(1)).map(this::instant);
        }

        Optional<Instant> lastShown(Instant until) {
            LocalDateTime local = minuteUntil(clock(until));
            LocalDateTime begin = newFrom();
            return expression
                    .previous(local.plusMinutes(1))
                    .filter(shown -> begin == null || !shown.isBefore(begin))
                    .map(this::instant);
        }

        /** The first time of this span's clock that was not shown before. */
        private @Nullable LocalDateTime newFrom() {
            if (change == null) {
                return null;
            }
            return change.isOverlap() && !expression.isHourly()
                    ? change.getDateTimeBefore()
                    : change.getDateTimeAfter();
        }

        Optional<Instant> firstJumped(Instant from) {
            if (change == null || !change.isGap() || expression.isHourly()) {
                return Optional.empty();
            }
            LocalDateTime local =
                    later(minuteFrom(clock(from).minus(change.getDuration())), minuteFrom(change.getDateTimeBefore()));
            LocalDateTime end = change.getDateTimeAfter();
            return expression.next(local.minusMinutes(1)).filter(end::isAfter).map(this::afterJump);
        }

        Optional<Instant> lastJumped(Instant until) {
            if (change == null || !change.isGap() || expression.isHourly()) {
                return Optional.empty();
            }
            LocalDateTime local = minuteUntil(clock(until).minus(change.getDuration()));
            LocalDateTime end = minuteFrom(change.getDateTimeAfter());
            LocalDateTime begin = change.getDateTimeBefore();
            return expression
                    .previous(local.isBefore(end) ? local.plusMinutes(1) : end)
                    .filter(jumped -> !jumped.isBefore(begin))
                    .map(this::afterJump);
        }

        private LocalDateTime clock(Instant moment) {
            return LocalDateTime.ofEpochSecond(moment.getEpochSecond(), 0, offset);
        }

        private Instant instant(LocalDateTime shown) {
            return shown.toInstant(offset);
        }

        private Instant afterJump(LocalDateTime jumped) {
            return jumped.toInstant(Objects.requireNonNull(change).getOffsetBefore());
        }
    }

    private static LocalDateTime later(LocalDateTime time, @Nullable LocalDateTime other) {
        return other == null || time.isAfter(other) ? time : minuteFrom(other);
    }

    private static LocalDateTime minuteFrom(LocalDateTime time) {
        LocalDateTime minute = time.truncatedTo(ChronoUnit.MINUTES);
        return minute.equals(time) ? minute : minute.plusMinutes(1);
    }

    private static LocalDateTime minuteUntil(LocalDateTime time) {
        return time.truncatedTo(ChronoUnit.MINUTES);
    }
}
