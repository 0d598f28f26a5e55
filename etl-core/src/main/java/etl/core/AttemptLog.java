package etl.core;

import etl.core.spi.RunJournal;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.time.Instant;

/** Records what nearly every attempt of a run comes to: that it has begun, and that it has succeeded. */
interface AttemptLog {
    void started(WorkerAttempt attempt);

    /** The output of the task run is there already; {@link WorkerAttempt#stored} is told when it is durable. */
    void succeeded(WorkerAttempt attempt, Instant at);

    /** Whether what is recorded is durable at once, so that no time passes meanwhile. */
    boolean isImmediate();

    /** The log of a journal; {@code noted} is told what becomes of the starts. */
    static AttemptLog of(RunJournal journal, RunJournal.Receipt noted) {
        return journal instanceof MemoryJournal memory ? memory : new AsChanges(journal, noted);
    }

    /** As the changes that any journal takes. */
    final class AsChanges implements AttemptLog {
        private final RunJournal journal;
        private final RunJournal.Receipt noted;

        private AsChanges(RunJournal journal, RunJournal.Receipt noted) {
            this.journal = journal;
            this.noted = noted;
        }

        @Override
        public void started(WorkerAttempt attempt) {
            journal.write(attempt.start(), noted);
        }

        @Override
        public void succeeded(WorkerAttempt attempt, Instant at) {
            TaskChange change = attempt.successAt(at);
            RunJournal.Receipt receipt = receipt(attempt, at);
            RunWorkers.Worker worker = attempt.workerOfThisThread();
            if (worker != null && worker.hasNothingElseToDo()) {
                journal.writeIdle(change, receipt);
            } else {
                journal.write(change, receipt);
            }
        }

        @Override
        public boolean isImmediate() {
            return false;
        }

        private static RunJournal.Receipt receipt(WorkerAttempt attempt, Instant at) {
            return new RunJournal.Receipt() {
                @Override
                public void durable() {
                    attempt.stored(at);
                }

                @Override
                public void failed(StateStoreException failure) {
                    attempt.notStored(failure);
                }
            };
        }
    }
}
