package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs in two or three processes at once, with everything going wrong that can, in virtual time. What is simulated is the
 * database, the way to it, the clock and the order in which threads go on; runner, journals, leases, the writer and the
 * recovery are those that applications use.
 *
 * <p>{@code -Detl.schedules=1000000} tries more of them. Each has a number, its seed, which is printed with what has happened
 * when it fails, and is tried again by {@code -Detl.schedules=1 -Detl.schedules.seed=}.
 */
@Timeout(value = 4, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SimulationTest {
    private static final int SCHEDULES = Integer.getInteger("etl.schedules", 100_000);
    private static final long FIRST_SEED = Long.getLong("etl.schedules.seed", 0);
    private static final int ENOUGH_FOR_A_DEFECT = 5_000;

    @Test
    void whatever_goes_wrong_the_invariants_hold() {
        long executions = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed++) {
            SimulatedWorld world = new SimulatedWorld(seed, Defect.NONE);
            if (world.run() != null) {
                fail("schedule %d: %s", seed, story(seed));
            }
            executions += world.invariants().executions();
        }
        System.out.println(SCHEDULES + " schedules from " + FIRST_SEED + " on, " + executions + " executions of tasks");
        assertThat(executions).isGreaterThan(SCHEDULES);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void a_planted_defect_is_found(Defect defect) {
        for (long seed = 0; seed < ENOUGH_FOR_A_DEFECT; seed++) {
            if (new SimulatedWorld(seed, defect).run() != null) {
                return;
            }
        }
        fail("%s breaks no invariant in %d schedules", defect, ENOUGH_FOR_A_DEFECT);
    }

    @Test
    void the_same_seed_is_the_same_schedule() {
        for (long seed = 0; seed < 20; seed++) {
            assertThat(story(seed)).isEqualTo(story(seed)).contains("executes");
        }
    }

    private static String story(long seed) {
        StringBuilder story = new StringBuilder();
        SimulatedWorld world = new SimulatedWorld(seed, Defect.NONE);
        world.time().writeDown(story);
        @Nullable String violation = world.run();
        return violation + System.lineSeparator() + story;
    }
}
