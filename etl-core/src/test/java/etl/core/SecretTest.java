package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import etl.core.spi.ErrorInfo;
import etl.core.spi.StoredTask;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class SecretTest {
    private static final String CLEAR = "hunter2-\"clear\"";

    private final PipelineBuilder builder = Pipeline.named("orders");

    private record Login(String user, Secret password) {}

    @Test
    void a_secret_is_revealed_from_the_environment_of_the_process() {
        assertThat(Secret.env("PATH").reveal()).isEqualTo(System.getenv("PATH"));
        assertThatThrownBy(() -> Secret.env("ETL_NOT_SET").reveal())
                .isInstanceOf(NotRetryableException.class)
                .hasMessageContaining("environment variable ETL_NOT_SET");
    }

    @Test
    void its_text_is_the_reference_everywhere() {
        Parameter<Login> login = builder.parameter("login", Login.class).required();
        Arguments arguments = Arguments.of(login, new Login("me", Secret.env("PATH")));

        assertThat(arguments).hasToString("{login=Login[user=me, password=env:PATH]}");
        assertThat(login.type().format(new Login("me", Secret.env("PATH"))))
                .isEqualTo("{\"user\":\"me\",\"password\":\"env:PATH\"}");
        assertThat(login.type().isSecret()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                CLEAR,
                "env:" + CLEAR,
                "{\"user\":\"me\",\"password\":\"hunter2-\\\"clear\\\"\"}",
                "{\"user\":\"me\",\"password\":\"env:hunter2-\\\"clear\\\"\"}",
                "{\"user\":\"me\",\"password\":hunter2-clear}",
                "{\"password\":{\"x\":\"hunter2-clear\"}}",
                "\"hunter2-clear\"",
                "[\"hunter2-clear\"]",
                "hunter2-clear,x",
            })
    void a_secret_given_in_clear_by_mistake_is_refused_without_being_repeated(String text) {
        builder.parameter("password", Secret.class).required();
        builder.parameter("login", Login.class).required();
        builder.parameter("keys", new GenericType<List<Secret>>() {}).required();
        builder.task("a").run(ctx -> {});

        assertThatThrownBy(
                        () -> Arguments.parse(builder.build(), Map.of("password", text, "login", text, "keys", text)))
                .isInstanceOfSatisfying(
                        ArgumentsInvalidException.class,
                        invalid -> assertThat(invalid.faults()).hasSizeGreaterThanOrEqualTo(3))
                .satisfies(invalid -> assertThat(ErrorInfo.of(invalid).toString()
                                + ErrorInfo.of(invalid).stack())
                        .doesNotContain("hunter2"));
        for (Parameter<?> parameter : builder.build().parameters()) {
            assertThatThrownBy(() -> parameter.type().parse(text))
                    .satisfies(
                            invalid -> assertThat(ErrorInfo.of(invalid).stack()).doesNotContain("hunter2"));
        }
    }

    @Test
    void neither_the_store_nor_the_log_nor_the_report_tells_it() {
        Parameter<Secret> password = builder.parameter("password", Secret.class).required();
        TaskRef<Integer> good = builder.task("good", Integer.class)
                .run(ctx -> ctx.get(password).reveal().length());
        builder.task("bad").retry(RetryPolicy.attempts(2)).run(ctx -> {
            String clear = ctx.get(password).reveal();
            IllegalStateException cause = new IllegalStateException("jdbc:x:me/" + clear + "@db");
            cause.addSuppressed(new RuntimeException(clear));
            throw new IllegalStateException("no connection", cause);
        });
        Pipeline pipeline = builder.build();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger("etl");
        logger.addAppender(log);
        logger.setAdditive(false);
        logger.setLevel(Level.TRACE);
        String clear = Secret.env("PATH").reveal();

        try (Etl etl = Etl.inMemory()) {
            RunReport run = etl.run(pipeline, Arguments.parse(pipeline, Map.of("password", "env:PATH")));

            assertThat(run.output(good)).isEqualTo(clear.length());
            assertThat(etl.store().find(run.id()).orElseThrow().definition().arguments())
                    .containsExactly(Map.entry("password", "env:PATH"));
            List<StoredTask> tasks = etl.store().tasks(run.id());
            assertThat(tasks).extracting(StoredTask::taskId).containsExactly("bad", "good");
            assertThat(tasks.get(0).attempts())
                    .extracting(attempt -> attempt.error().orElseThrow().stack())
                    .hasSize(2)
                    .allSatisfy(stack ->
                            assertThat(stack).contains("jdbc:x:me/***@db").doesNotContain(clear));
            assertThat(run.error().orElseThrow().stack()).contains("***").doesNotContain(clear);
            assertThat(printed(log.list))
                    .contains("failed in attempt 2", "jdbc:x:me/***@db", "no connection")
                    .doesNotContain(clear);
        } finally {
            logger.setLevel(Level.OFF);
            logger.setAdditive(true);
            logger.detachAppender(log);
        }
    }

    private static String printed(List<ILoggingEvent> events) {
        PatternLayout layout = new PatternLayout();
        layout.setContext(((Logger) LoggerFactory.getLogger("etl")).getLoggerContext());
        layout.setPattern("%msg%n%ex{full}");
        layout.start();
        return events.stream().map(layout::doLayout).collect(Collectors.joining());
    }

    @Test
    void a_failure_that_tells_no_secret_is_logged_as_it_is() {
        Secret.env("PATH").reveal();
        IllegalStateException failure = new IllegalStateException("plain", new RuntimeException("cause"));

        assertThat(MaskedFailure.of(failure)).isSameAs(failure);
    }

    @Test
    void a_cycle_of_causes_is_followed_once() {
        RuntimeException first = new RuntimeException(Secret.env("PATH").reveal());
        first.initCause(new RuntimeException("second", first));

        assertThat(MaskedFailure.of(first)).hasMessage("java.lang.RuntimeException: ***");
    }

    @Test
    void a_reference_that_is_none_is_refused() {
        assertThatThrownBy(() -> Secret.env("DB-PASSWORD")).hasMessageNotContaining("DB-PASSWORD");
        assertThatThrownBy(() -> Secret.env("")).isInstanceOf(IllegalArgumentException.class);
    }
}
