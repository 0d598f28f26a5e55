package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.GenericType;
import etl.core.RunId;
import etl.core.spi.CacheClaim;
import etl.core.spi.CacheKey;
import etl.core.spi.CacheRequest;
import etl.core.spi.OutputCache;
import etl.core.spi.StateStore;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the {@link OutputCache} of every {@link StateStore} must do: extend it, give it a store, and run it with JUnit. */
public abstract class OutputCacheContract {
    private static final RunId FIRST = RunId.random();
    private static final RunId SECOND = RunId.random();
    private static final Type STRINGS = new GenericType<List<String>>() {}.type();

    private @Nullable StateStore opened;
    private String pipeline = "";

    /** For the subclass. */
    protected OutputCacheContract() {}

    /**
     * A store for one test, which closes it. It may hold outputs of other tests.
     *
     * @return the store
     */
    protected abstract StateStore open();

    /**
     * Makes time pass for the store of the present test.
     *
     * @param step how long
     * @throws Exception if that is not possible
     */
    protected abstract void advance(Duration step) throws Exception;

    /** A value with several fields. */
    record Sample(String text, List<Integer> numbers, LocalDate day) {}

    /** Two classes whose values look alike. */
    sealed interface Event {
        record Created(int id) implements Event {}

        record Deleted(int id) implements Event {}
    }

    private enum Colour {
        RED,
        GREEN,
        BLUE
    }

    @BeforeEach
    void openStore() {
        opened = open();
        pipeline = "cache-" + RunId.random();
    }

    @AfterEach
    void closeStore() {
        Objects.requireNonNull(opened).close();
    }

    @Test
    void an_output_is_computed_once_and_then_found_as_it_was() {
        Sample sample = new Sample("it's \"\n\uD83D\uDE00", List.of(1, -2), LocalDate.of(2000, 2, 29));
        complete(ticket("a", FIRST), sample, Sample.class);
        complete(ticket("list", FIRST), List.of("x", ""), STRINGS);
        complete(ticket("nothing", FIRST), null, String.class);

        assertThat(claim("a", Sample.class, SECOND)).isEqualTo(new CacheClaim.Found(sample, FIRST));
        assertThat(claim("list", STRINGS, SECOND)).isEqualTo(new CacheClaim.Found(List.of("x", ""), FIRST));
        assertThat(claim("nothing", String.class, SECOND)).isEqualTo(new CacheClaim.Found(null, FIRST));
    }

    @Test
    void everybody_else_is_told_that_an_output_is_being_computed() {
        CacheClaim.Ticket ticket = ticket("a", FIRST);

        assertThat(claim("a", String.class, SECOND)).isInstanceOf(CacheClaim.Busy.class);
        assertThat(claim("b", String.class, SECOND)).isInstanceOf(CacheClaim.Ticket.class);
        assertThat(cache().settled(List.of(key("a"), key("c")))).containsExactly(key("c"));

        complete(ticket, "done", String.class);

        assertThat(cache().settled(List.of(key("a"), key("c")))).containsExactlyInAnyOrder(key("a"), key("c"));
        assertThat(claim("a", String.class, SECOND)).isEqualTo(new CacheClaim.Found("done", FIRST));
    }

    @Test
    void who_fails_lets_another_one_compute() {
        CacheClaim.Ticket failed = ticket("a", FIRST);
        cache().release(List.of(failed));
        cache().release(List.of());

        assertThat(cache().settled(List.of(key("a")))).containsExactly(key("a"));
        CacheClaim.Ticket heir = ticket("a", SECOND);
        cache().release(List.of(failed));

        assertThat(claim("a", String.class, FIRST)).isInstanceOf(CacheClaim.Busy.class);
        complete(heir, "heir", String.class);
        assertThat(claim("a", String.class, FIRST)).isEqualTo(new CacheClaim.Found("heir", SECOND));
    }

    @Test
    void a_claim_can_be_taken_over_and_what_its_owner_computes_is_kept() {
        CacheClaim.Ticket slow = ticket("a", FIRST);
        CacheClaim.Ticket heir =
                (CacheClaim.Ticket) cache().claim(new CacheRequest(key("a"), String.class, SECOND, false, true));
        complete(slow, "slow", String.class);

        assertThat(claim("a", String.class, SECOND)).isEqualTo(new CacheClaim.Found("slow", FIRST));
        assertThat(cache().settled(List.of(key("a")))).isEmpty();
        complete(heir, "heir", String.class);
        assertThat(claim("a", String.class, FIRST)).isEqualTo(new CacheClaim.Found("heir", SECOND));
        assertThat(cache().settled(List.of(key("a")))).containsExactly(key("a"));
    }

    @Test
    void an_output_is_reused_until_its_time_is_over() throws Exception {
        cache().complete(ticket("short", FIRST), "s", String.class, Optional.of(Duration.ofHours(1)));
        cache().complete(ticket("long", FIRST), "l", String.class, Optional.of(Duration.ofSeconds(Long.MAX_VALUE)));
        complete(ticket("endless", FIRST), "e", String.class);

        advance(Duration.ofMinutes(59));
        assertThat(claim("short", String.class, SECOND)).isEqualTo(new CacheClaim.Found("s", FIRST));
        advance(Duration.ofMinutes(1));

        assertThat(claim("short", String.class, SECOND)).isInstanceOf(CacheClaim.Ticket.class);
        assertThat(claim("long", String.class, SECOND)).isEqualTo(new CacheClaim.Found("l", FIRST));
        assertThat(claim("endless", String.class, SECOND)).isEqualTo(new CacheClaim.Found("e", FIRST));
    }

    @Test
    void expired_outputs_do_not_stay_for_ever() throws Exception {
        for (int i = 0; i < 300; i++) {
            cache().complete(ticket("old" + i, FIRST), "o", String.class, Optional.of(Duration.ofHours(1)));
        }
        advance(Duration.ofHours(2));
        for (int i = 0; i < 400; i++) {
            complete(ticket("new" + i, FIRST), "n", String.class);
        }

        assertThat(cache().remove(pipeline, Duration.ZERO)).isBetween(400L, 499L);
    }

    @Test
    void a_refresh_ignores_an_output_and_replaces_it() {
        complete(ticket("a", FIRST), "old", String.class);

        CacheClaim.Ticket refresh =
                (CacheClaim.Ticket) cache().claim(new CacheRequest(key("a"), String.class, SECOND, true, false));
        assertThat(claim("a", String.class, FIRST)).isEqualTo(new CacheClaim.Found("old", FIRST));
        assertThat(cache().claim(new CacheRequest(key("a"), String.class, FIRST, true, false)))
                .isInstanceOf(CacheClaim.Busy.class);
        complete(refresh, "new", String.class);

        assertThat(claim("a", String.class, FIRST)).isEqualTo(new CacheClaim.Found("new", SECOND));
    }

    @Test
    void a_refresh_that_fails_leaves_the_output_that_was_there() {
        complete(ticket("a", FIRST), "old", String.class);
        CacheClaim.Ticket refresh =
                (CacheClaim.Ticket) cache().claim(new CacheRequest(key("a"), String.class, SECOND, true, false));
        cache().release(List.of(refresh));

        assertThat(claim("a", String.class, SECOND)).isEqualTo(new CacheClaim.Found("old", FIRST));
    }

    @Test
    void an_output_of_another_type_is_not_there() {
        complete(ticket("a", FIRST), "text", String.class);

        CacheClaim.Ticket ticket = (CacheClaim.Ticket) claim("a", Sample.class, SECOND);
        Sample sample = new Sample("", List.of(), LocalDate.EPOCH);
        complete(ticket, sample, Sample.class);

        assertThat(claim("a", Sample.class, FIRST)).isEqualTo(new CacheClaim.Found(sample, SECOND));
    }

    @Test
    void hostile_keys_are_told_apart() {
        List<List<Object>> parts = List.of(
                List.of(),
                List.of(""),
                List.of("", ""),
                List.of("a", "b"),
                List.of("ab"),
                List.of("a", "b", ""),
                List.of("'; drop table task_cache; --"),
                List.of("quote \" \\ ' \n"),
                List.of("nul \u0000"),
                List.of("nul "),
                List.of("\uD83D\uDE00"),
                List.of("\uD83D"),
                List.of("\uDE00"),
                List.of("x".repeat(1_000_000)),
                List.of("x".repeat(999_999) + "y"));
        List<CacheKey> keys = new ArrayList<>();
        parts.forEach(list -> keys.add(new CacheKey(pipeline, "t", "1", list)));
        keys.add(new CacheKey(pipeline, "t", "2", List.of()));
        keys.add(new CacheKey(pipeline, "t", "\u0000\uD83D", List.of()));
        keys.add(new CacheKey(pipeline, "t", "\u0000\uDE00", List.of()));
        keys.add(new CacheKey(pipeline, "u", "1", List.of()));
        keys.add(new CacheKey(pipeline + "'", "t", "1", List.of()));

        for (int i = 0; i < keys.size(); i++) {
            CacheClaim claim = cache().claim(new CacheRequest(keys.get(i), Integer.class, FIRST, false, false));
            assertThat(claim).as("key %s", i).isInstanceOf(CacheClaim.Ticket.class);
            complete((CacheClaim.Ticket) claim, i, Integer.class);
        }
        for (int i = 0; i < keys.size(); i++) {
            assertThat(cache().claim(new CacheRequest(keys.get(i), Integer.class, SECOND, false, false)))
                    .isEqualTo(new CacheClaim.Found(i, FIRST));
        }
    }

    @Test
    void equal_values_have_equal_digests() {
        Map<String, Integer> map = new LinkedHashMap<>();
        Map<Object, Object> byRecord = new LinkedHashMap<>();
        Set<String> set = new LinkedHashSet<>();
        Set<Colour> colours = new LinkedHashSet<>();
        for (int i = 999; i >= 0; i--) {
            map.put("key" + i, i);
            byRecord.put(new Sample("" + i, List.of(), LocalDate.EPOCH), i);
            set.add("element" + i);
        }
        colours.add(Colour.RED);
        colours.add(Colour.BLUE);

        assertSame(map, new HashMap<>(map));
        assertSame(map, new TreeMap<>(map));
        assertSame(byRecord, new HashMap<>(byRecord));
        assertSame(set, new HashSet<>(set));
        assertSame(colours, Set.of(Colour.BLUE, Colour.RED));
        assertSame(colours, java.util.EnumSet.of(Colour.BLUE, Colour.RED));
        assertSame(List.of(map, set), Arrays.asList(new HashMap<>(map), new HashSet<>(set)));
        assertSame(List.of(1, 2), new ArrayList<>(List.of(1, 2)));
        assertSame(new byte[] {1, 2}, new byte[] {1, 2});
        assertSame(null, null);
        assertSame(
                new Sample("a", List.of(1), LocalDate.EPOCH),
                new Sample("a", new ArrayList<>(List.of(1)), LocalDate.EPOCH));
    }

    private void assertSame(@Nullable Object one, @Nullable Object other) {
        assertThat(cache().digest(one)).isEqualTo(cache().digest(other)).hasSameHashCodeAs(cache().digest(other));
    }

    @Test
    void different_values_have_different_digests() {
        List<@Nullable Object> values = new ArrayList<>(List.of(
                "",
                "null",
                "1",
                "[]",
                1,
                -0.0,
                0.0,
                Double.NaN,
                0.1,
                true,
                List.of(),
                List.of(1, 2),
                List.of(2, 1),
                List.of(1, List.of(2)),
                Map.of("a", 1),
                Map.of("a", 1, "b", 2),
                Map.of("a", 2, "b", 1),
                new Event.Created(1),
                new Event.Deleted(1),
                List.of(new Event.Created(1)),
                List.of(new Event.Deleted(1)),
                Set.of(new Event.Deleted(1)),
                Map.of("a", new Event.Created(1)),
                "\uD83D",
                "\uDE00",
                "\u0000",
                "x".repeat(100_000)));
        values.add(null);

        Set<Object> digests = new HashSet<>();
        values.forEach(value -> assertThat(digests.add(cache().digest(value)))
                .as("value %s", value)
                .isTrue());
    }

    @Test
    void one_of_many_claims() throws Exception {
        int threads = 8;
        int keys = 50;
        CyclicBarrier together = new CyclicBarrier(threads);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<List<String>>> tickets = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                tickets.add(executor.submit(() -> {
                    together.await(30, TimeUnit.SECONDS);
                    List<String> claimed = new ArrayList<>();
                    for (int i = 0; i < keys; i++) {
                        if (claim("k" + i, String.class, FIRST) instanceof CacheClaim.Ticket) {
                            claimed.add("k" + i);
                        }
                    }
                    return claimed;
                }));
            }
            List<String> all = new ArrayList<>();
            for (Future<List<String>> some : tickets) {
                all.addAll(some.get(60, TimeUnit.SECONDS));
            }
            assertThat(all).hasSize(keys).doesNotHaveDuplicates();
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void outputs_are_removed_by_age_and_pipeline() throws Exception {
        complete(ticket("old", FIRST), "o", String.class);
        advance(Duration.ofDays(2));
        complete(ticket("new", FIRST), "n", String.class);

        assertThat(cache().remove(pipeline, Duration.ofDays(3))).isZero();
        assertThat(cache().remove(pipeline + "x", Duration.ZERO)).isZero();
        assertThat(cache().remove(pipeline, Duration.ofDays(1))).isOne();
        assertThat(claim("old", String.class, SECOND)).isInstanceOf(CacheClaim.Ticket.class);
        assertThat(claim("new", String.class, SECOND)).isEqualTo(new CacheClaim.Found("n", FIRST));
        assertThat(cache().remove(pipeline, Duration.ZERO)).isOne();
    }

    @Test
    void a_cache_stays_usable_after_a_value_that_it_cannot_compare() {
        List<Object> cycle = new ArrayList<>();
        cycle.add(cycle);

        assertThatThrownBy(() -> cache().digest(cycle))
                .isInstanceOfAny(IllegalArgumentException.class, StackOverflowError.class);
        assertSame(List.of(1), List.of(1));
    }

    private CacheKey key(String taskId) {
        return new CacheKey(pipeline, taskId, "1", List.of("part"));
    }

    private CacheClaim claim(String taskId, Type type, RunId run) {
        return cache().claim(new CacheRequest(key(taskId), type, run, false, false));
    }

    private CacheClaim.Ticket ticket(String taskId, RunId run) {
        CacheClaim claim = claim(taskId, String.class, run);
        assertThat(claim).isInstanceOf(CacheClaim.Ticket.class);
        return (CacheClaim.Ticket) claim;
    }

    private void complete(CacheClaim.Ticket ticket, @Nullable Object output, Type type) {
        cache().complete(ticket, output, type, Optional.empty());
    }

    private OutputCache cache() {
        return Objects.requireNonNull(opened).outputCache();
    }
}
