package etl.jdbc;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RunJournal;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A run begins, if its new state is RUNNING, or ends. */
record RunWrite(
        RunId run,
        @Nullable Lease lease,
        RunState state,
        Instant at,
        Optional<ErrorInfo> error,
        RunJournal.Receipt receipt)
        implements StateWrite {
    @Override
    public RunId row() {
        return run;
    }

    @Override
    public int characters() {
        return 0;
    }

    @Override
    public String refusal() {
        return "run " + run + " cannot become " + state + ": it is unknown or has ended already";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
