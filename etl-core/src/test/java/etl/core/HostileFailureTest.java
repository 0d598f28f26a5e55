package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import etl.core.spi.RunListener;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** What a task throws may itself throw when it is looked at; the run tells what it can, and goes on beside it. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileFailureTest {
    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** What the task throws. */
    enum Kind {
        A_CHECKED_EXCEPTION("java.io.IOException") {
            @Override
            void act() throws Exception {
                throw new IOException("disk");
            }
        },
        A_NULL("java.lang.NullPointerException") {
            @Override
            @SuppressWarnings("ThrowNull")
            void act() {
                throw null;
            }
        },
        WITHOUT_A_MESSAGE("Exception") {
            @Override
            void act() throws Exception {
                throw new Exception("never seen") {
                    private static final long serialVersionUID = 1;

                    @Override
                    public String getMessage() {
                        throw new Refusal();
                    }
                };
            }
        },
        WITHOUT_A_TEXT("Exception") {
            @Override
            @SuppressWarnings("OverrideThrowableToString") // That is what it does.
            void act() throws Exception {
                throw new Exception("text") {
                    private static final long serialVersionUID = 1;

                    @Override
                    public String toString() {
                        throw new Refusal();
                    }
                };
            }
        },
        WITHOUT_A_CAUSE("Exception") {
            @Override
            void act() throws Exception {
                throw new Exception("cause") {
                    private static final long serialVersionUID = 1;

                    @Override
                    public synchronized Throwable getCause() {
                        throw new Refusal();
                    }
                };
            }
        },
        WITHOUT_A_STACK("Exception") {
            @Override
            void act() throws Exception {
                throw new Exception("stack") {
                    private static final long serialVersionUID = 1;

                    @Override
                    public StackTraceElement[] getStackTrace() {
                        throw new Refusal();
                    }

                    @Override
                    public void printStackTrace(PrintStream out) {
                        throw new Refusal();
                    }

                    @Override
                    public void printStackTrace(PrintWriter out) {
                        throw new Refusal();
                    }
                };
            }
        };

        private final String type;

        Kind(String type) {
            this.type = type;
        }

        abstract void act() throws Exception;
    }

    private final Logger log = (Logger) LoggerFactory.getLogger("etl");
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    /** Otherwise nobody looks at the exceptions on behalf of the log. */
    @BeforeEach
    void switchLogOn() {
        logged.start();
        log.setAdditive(false);
        log.addAppender(logged);
        log.setLevel(Level.WARN);
    }

    @AfterEach
    void switchLogOff() {
        log.setLevel(Level.OFF);
        log.detachAppender(logged);
        log.setAdditive(true);
    }

    @ParameterizedTest
    @EnumSource
    void the_task_is_failed_with_its_type_after_its_attempts_and_the_one_beside_it_succeeds(Kind kind) {
        List<String> told = new CopyOnWriteArrayList<>();
        RunListener listener = new RunListener() {
            @Override
            public boolean synchronous() {
                return true;
            }

            @Override
            public void onTaskEnded(TaskEnded event) {
                told.add(event.taskId() + " " + event.state());
            }
        };
        PipelineBuilder builder = Pipeline.named("orders").parallelism(1);
        TaskRef<?> bad = builder.task("bad").retry(RetryPolicy.attempts(2)).run(context -> kind.act());
        TaskRef<String> beside = builder.task("beside", String.class).run(context -> "fine");

        try (Etl etl = Etl.builder().listener(listener).build()) {
            RunReport run = etl.run(builder.build());

            assertThat(run.state()).isEqualTo(RunState.FAILED);
            assertThat(run.output(beside)).isEqualTo("fine");
            assertThat(run.task(bad))
                    .returns(TaskState.FAILED, TaskReport::state)
                    .returns(2, TaskReport::attempts);
            assertThat(run.error().orElseThrow().type())
                    .contains(kind.type.equals("Exception") ? "HostileFailureTest$Kind" : kind.type);
        }
        assertThat(logged.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(message -> message.contains("task 'bad' failed in attempt 2"));
        assertThat(told).containsExactlyInAnyOrder("bad FAILED", "beside SUCCEEDED");
    }
}
