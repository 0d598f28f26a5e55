package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StoredOutputTest {
    private static final int READERS = 8;
    private static final int RUNS = 200;

    @Test
    void it_is_read_when_it_is_needed_first() {
        StoredOutput output = new StoredOutput();
        assertThat(output.isRead()).isFalse();

        assertThat(output.get(() -> "stored")).isEqualTo("stored");

        assertThat(output.isRead()).isTrue();
        assertThat(output.get(() -> "changed")).isEqualTo("stored");
    }

    @Test
    void an_output_of_null_is_read_once_too() {
        StoredOutput output = new StoredOutput();
        assertThat(output.get(() -> null)).isNull();

        assertThat(output.get(() -> "changed")).isNull();
    }

    @Test
    void somebody_else_may_read_it_meanwhile() {
        StoredOutput output = new StoredOutput();

        Object first = output.get(() -> {
            assertThat(output.get(() -> "stored")).isEqualTo("stored");
            assertThat(output.isRead()).isTrue();
            return "stored";
        });

        assertThat(first).isEqualTo("stored");
    }

    @Test
    void tasks_that_need_it_at_once_are_all_given_it() {
        Queue<Object> given = new ConcurrentLinkedQueue<>();
        AtomicBoolean broken = new AtomicBoolean(true);
        PipelineBuilder builder = Pipeline.named("readers");
        TaskRef<String> source = builder.task("source", String.class).run(context -> "stored");
        for (int reader = 0; reader < READERS; reader++) {
            builder.task("reader-" + reader, Boolean.class).from(source).run((context, input) -> {
                if (broken.get()) {
                    throw new IllegalStateException("as planned");
                }
                return given.add(input);
            });
        }
        Pipeline pipeline = builder.build();
        try (Etl etl = Etl.builder().parallelism(READERS).build()) {
            for (int run = 0; run < RUNS; run++) {
                broken.set(true);
                RunId id = etl.run(pipeline).id();
                broken.set(false);
                etl.resume(id, pipeline).await().orThrow();
            }
        }

        assertThat(given).hasSize(RUNS * READERS).containsOnly("stored");
    }
}
