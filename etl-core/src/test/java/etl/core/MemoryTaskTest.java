package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryTaskTest {
    private static final Instant NOON = Instant.parse("2001-01-01T12:00:00Z");
    private static final ErrorInfo ERROR = new ErrorInfo("bad", "once", "");

    @Test
    void a_task_that_fails_while_it_waits_for_another_attempt_fails_in_the_one_before() {
        MemoryTask task = new MemoryTask("a");
        Instant later = NOON.plusSeconds(60);
        for (TaskChange change : List.of(
                TaskChange.started("a", 1, NOON),
                TaskChange.failed("a", 1, TaskState.RETRYING, NOON, RowCounts.NONE, ERROR),
                TaskChange.failed("a", 1, TaskState.FAILED, later, RowCounts.NONE, ERROR))) {
            assertThat(task.apply(change)).isNull();
        }

        assertThat(task.stored())
                .contains(new StoredTask(
                        "a",
                        StoredTask.NOT_MAPPED,
                        TaskState.FAILED,
                        List.of(new StoredAttempt(1, TaskState.FAILED, NOON, Optional.of(later), Optional.of(ERROR))),
                        true,
                        RowCounts.NONE,
                        Optional.empty()));
    }
}
