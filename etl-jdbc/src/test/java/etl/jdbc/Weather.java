package etl.jdbc;

import java.util.random.RandomGenerator;

/** What a schedule has in store for the requests to the database; all of it ends when the weather clears up. */
final class Weather {
    private static final double[] RARELY = {0, 0, 0.01, 0.05, 0.2};

    private final RandomGenerator random;
    private final long lease;
    private final double slow;
    private final double lossOfRequest;
    private final double lossOfAnswer;
    private final double doubt;
    private boolean clear;

    /**
     * The weather of a schedule.
     *
     * @param lease its length in microseconds
     */
    Weather(RandomGenerator random, long lease) {
        this.random = random;
        this.lease = lease;
        this.slow = 0.3 * random.nextDouble();
        this.lossOfRequest = RARELY[random.nextInt(RARELY.length)];
        this.lossOfAnswer = RARELY[random.nextInt(RARELY.length)];
        this.doubt = RARELY[random.nextInt(RARELY.length)];
    }

    void clearsUp() {
        clear = true;
    }

    private boolean is(double probability) {
        return !clear && probability > 0 && random.nextDouble() < probability;
    }

    /** Most often too short to matter. */
    long latency() {
        if (random.nextDouble() >= slow) {
            return 0;
        }
        return !clear && random.nextInt(8) == 0 ? random.nextLong(lease / 2) : random.nextLong(5_000);
    }

    boolean losesRequest() {
        return is(lossOfRequest);
    }

    boolean losesAnswer() {
        return is(lossOfAnswer);
    }

    boolean isInDoubt() {
        return is(doubt);
    }

    boolean coin() {
        return random.nextBoolean();
    }

    /** How long it takes until the server decides about a transaction whose client is gone. */
    long doubt() {
        return random.nextInt(4) == 0 ? random.nextLong(2 * lease) : random.nextLong(lease / 10);
    }

    /** How long it takes until a client sees that its connection is broken. */
    long timeToNotice() {
        return random.nextInt(3) == 0 ? random.nextLong(lease / 4) : random.nextLong(1_000);
    }

    /** How long a client waits for an answer. */
    long longestWait() {
        return lease;
    }
}
