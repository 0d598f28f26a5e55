package etl.examples.flights;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The figures of a run: what was read, and the busiest airports and states. */
record FlightReport(List<Transformed> sources, List<Line> airports, List<Line> states) {
    /** One airport or state. */
    record Line(
            String place,
            String name,
            long departures,
            long late,
            @Nullable BigDecimal meanDelay,
            long strikes) {
        long latePercent() {
            return departures == 0 ? 0 : Math.round(100.0 * late / departures);
        }
    }
}
