package etl.jdbc;

import etl.core.spi.RunJournal;
import etl.core.spi.StateStoreException;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * The writer of a simulated process, as its journals see it. Tells the process that there is something to commit, for which a
 * real one has a thread, and the invariants what is said to be durable.
 */
final class WatchedWriter implements StateWriter {
    private final SimulatedProcess process;
    private final GroupCommit writer;
    private final SimulatedWorld world;
    private final Set<Lease> broken = new HashSet<>();

    WatchedWriter(SimulatedProcess process, GroupCommit writer, SimulatedWorld world) {
        this.process = process;
        this.writer = writer;
        this.world = world;
    }

    @Override
    public void add(StateWrite write, WriteQueue.Haste haste) {
        Watched watched = new Watched(write);
        writer.add(watched.write(), haste);
        if (haste != WriteQueue.Haste.HELP) {
            process.written(haste == WriteQueue.Haste.NONE);
            return;
        }
        if (!watched.told) {
            process.written(false);
        }
        process.helped();
    }

    /** What is said of a run after its first trouble is no news. */
    void isBroken(Lease lease) {
        broken.add(lease);
    }

    private final class Watched implements RunJournal.Receipt {
        private final StateWrite write;
        private boolean told;

        Watched(StateWrite write) {
            this.write = write;
        }

        StateWrite write() {
            return write instanceof TaskWrite task
                    ? new TaskWrite(task.run(), task.lease(), task.change(), task.output(), this)
                    : copy((RunWrite) write);
        }

        private RunWrite copy(RunWrite run) {
            return new RunWrite(run.run(), run.lease(), run.state(), run.at(), run.error(), this);
        }

        @Override
        public void durable() {
            told = true;
            if (write instanceof TaskWrite task) {
                world.invariants().saidToBeDurable(world.database(), task.run(), task.change());
            } else if (write instanceof RunWrite run) {
                world.invariants().saidToBeDurable(world.database(), run.run(), run.state());
            }
            write.receipt().durable();
        }

        @Override
        public void failed(StateStoreException failure) {
            told = true;
            if (write instanceof RunWrite run && !run.state().isFinal()) {
                world.invariants().hasNotBegun(run.run());
            }
            Lease lease = Objects.requireNonNull(write.lease());
            if (broken.add(lease)) {
                world.invariants().refused(world.database(), lease, failure);
            }
            write.receipt().failed(failure);
        }
    }
}
