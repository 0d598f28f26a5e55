package etl.core.spi;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Keeps where each schedule stands, for all processes that share a store. Safe for use by many threads and processes. Every
 * method throws {@link StateStoreException} if the store cannot be reached.
 *
 * <p>Implementations are verified by {@code ScheduleStoreContract} of etl-testkit.
 */
public interface ScheduleStore {
    /**
     * Records a schedule, durably, unless there is one of its name.
     *
     * @param schedule the schedule
     * @return what is recorded under the name now
     */
    StoredSchedule register(StoredSchedule schedule);

    /**
     * Says that a schedule ticks otherwise from a moment on. A schedule that has that timing already stays as it is.
     * Ticks until the moment count as handled, unless the schedule is still {@linkplain StoredSchedule#isCatchingUp()
     * catching up}.
     *
     * @param name the schedule's name
     * @param timing the text of its new timing
     * @param at the moment
     */
    void redefine(String name, String timing, Instant at);

    /**
     * Finds a schedule.
     *
     * @param name its name
     * @return the schedule, or empty if there is none
     */
    Optional<StoredSchedule> find(String name);

    /**
     * All schedules.
     *
     * @return the schedules in the order of their names
     */
    List<StoredSchedule> all();

    /**
     * Notes that all ticks up to one have been handled; never goes back.
     *
     * @param name the schedule's name
     * @param tick the tick
     * @return false if that was noted already, or there is no such schedule
     */
    boolean advance(String name, Instant tick);

    /**
     * Pauses a schedule or lets it go on.
     *
     * @param name the schedule's name
     * @param paused whether it is paused from now on
     * @return false if there is no such schedule
     */
    boolean pause(String name, boolean paused);
}
