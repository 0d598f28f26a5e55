package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.RunJournal;
import org.jspecify.annotations.Nullable;

/** A change on its way to the database, by the lease of its run if that has an owner. Equal only to itself. */
sealed interface StateWrite permits TaskWrite, RunWrite {
    RunId run();

    @Nullable
    Lease lease();

    RunJournal.Receipt receipt();

    /** What is changed. Writes of the same row keep their order. */
    Object row();

    /** How much room its texts take. */
    int characters();

    /** What somebody is told if the stored state does not allow the change. */
    String refusal();
}
