package etl.core;

import etl.core.spi.NewRun;
import etl.core.spi.StateStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts many runs, as {@link KeyedRuns#submit} starts one, but what is new is recorded together. All ids are claimed before,
 * and all claims are settled before anybody else's is waited for: two that start the same runs do not wait for each other.
 */
final class BulkStart {
    private final KeyedRuns keyed;
    private final StateStore store;
    private final BooleanSupplier open;
    private final List<Submission> submissions;
    /** Those that are not settled yet. */
    private final LiveRuns.@Nullable Claim[] claims;

    private final @Nullable RunHandle[] handles;
    private final boolean[] failed;
    private @Nullable Throwable failure;

    /** Nothing more is started when {@code open} is false. */
    BulkStart(KeyedRuns keyed, StateStore store, LiveRuns live, BooleanSupplier open, List<Submission> submissions) {
        this.keyed = keyed;
        this.store = store;
        this.open = open;
        this.submissions = submissions;
        this.handles = new RunHandle[submissions.size()];
        this.failed = new boolean[submissions.size()];
        this.claims = new LiveRuns.Claim[submissions.size()];
        for (int i = 0; i < claims.length; i++) {
            claims[i] = live.claim(submissions.get(i).run().id()).orElse(null);
        }
    }

    List<RunHandle> start() {
        Set<RunId> created = created();
        for (int i = 0; i < claims.length; i++) {
            LiveRuns.Claim claim = claims[i];
            if (claim != null) {
                checkOpen();
                claims[i] = null;
                Submission submission = submissions.get(i);
                boolean isNew = created.contains(submission.run().id());
                start(i, () -> claim.start(() -> isNew ? submission.execution().get() : Optional.empty()));
            }
        }
        for (int i = 0; i < claims.length; i++) {
            if (handles[i] == null && !failed[i]) {
                checkOpen();
                Submission submission = submissions.get(i);
                start(i, () -> Optional.of(keyed.submit(submission)));
            }
        }
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return List.of(handles);
    }

    private Set<RunId> created() {
        List<NewRun> runs = new ArrayList<>();
        for (int i = 0; i < claims.length; i++) {
            if (claims[i] != null) {
                runs.add(submissions.get(i).run());
            }
        }
        try {
            return new HashSet<>(store.createAll(runs));
        } catch (RuntimeException | Error notRecorded) {
            Arrays.stream(claims).forEach(BulkStart::giveUp);
            throw notRecorded;
        }
    }

    private void checkOpen() {
        if (!open.getAsBoolean()) {
            Arrays.stream(claims).forEach(BulkStart::giveUp);
            long begun = Arrays.stream(handles).filter(Objects::nonNull).count();
            throw new IllegalStateException("this orchestrator was closed when " + begun + " of " + handles.length
                    + " runs had begun; the others may be recorded, and can be recovered then");
        }
    }

    private static void giveUp(LiveRuns.@Nullable Claim claim) {
        if (claim != null) {
            claim.start(Optional::empty);
        }
    }

    private void start(int number, Supplier<Optional<RunHandle>> source) {
        try {
            handles[number] = source.get().orElse(null);
        } catch (RuntimeException | Error notStarted) {
            failed[number] = true;
            if (failure == null) {
                failure = notStarted;
            } else if (!failure.equals(notStarted)) {
                failure.addSuppressed(notStarted);
            }
        }
    }
}
