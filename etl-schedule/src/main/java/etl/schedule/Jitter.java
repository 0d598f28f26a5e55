package etl.schedule;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How much later than its tick a run starts: spread evenly, but the same in every process. */
final class Jitter {
    private Jitter() {}

    /** Less than the longest delay and less than the time to the next tick, so that ticks keep their order. */
    static Duration of(String schedule, Instant tick, Duration longest, Optional<Instant> next) {
        long toNext =
                next.map(after -> Duration.between(tick, after).toMillis()).orElse(Long.MAX_VALUE);
        long bound = Math.min(longest.toMillis(), toNext);
        return bound == 0 ? Duration.ZERO : Duration.ofMillis(Math.floorMod(hash(schedule + '\n' + tick), bound));
    }

    private static long hash(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return ByteBuffer.wrap(digest.digest(text.getBytes(StandardCharsets.UTF_8)))
                    .getLong();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
