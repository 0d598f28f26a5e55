package etl.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EmailNotifierTest {
    private final GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    private final PipelineBuilder pipeline = Pipeline.named("orders");

    @BeforeEach
    void open() {
        server.setUser("etl@example.org", "etl", "sEcReT");
        server.start();
        pipeline.task("load").run(ctx -> {
            throw new IllegalStateException("no file für dich");
        });
    }

    @AfterEach
    void close() {
        server.stop();
    }

    private EmailNotifier.Builder email() {
        return EmailNotifier.smtp("127.0.0.1", server.getSmtp().getPort())
                .from("etl@example.org")
                .to("on-call@example.org", "team@example.org")
                .attempts(2, Duration.ofMillis(1));
    }

    private void run(EmailNotifier.Builder email) {
        try (Etl etl = Etl.builder().listener(email.build()).build()) {
            etl.run(pipeline.build());
        }
    }

    @Test
    void a_failed_run_is_mailed_to_every_recipient() throws Exception {
        run(email().unencrypted().login("etl", "sEcReT"));

        assertThat(server.getReceivedMessages()).hasSize(2);
        MimeMessage message = server.getReceivedMessages()[0];
        assertThat(message.getSubject()).startsWith("pipeline orders: run FAILED after ");
        assertThat(message.getContent().toString()).contains("java.lang.IllegalStateException: no file für dich");
        assertThat(message.getFrom()[0]).hasToString("etl@example.org");
    }

    @Test
    void nothing_is_sent_in_clear_unless_allowed() {
        run(email());

        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @Test
    void a_wrong_password_changes_nothing_in_the_run() {
        run(email().unencrypted().login("etl", "wrong"));

        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @Test
    void what_is_missing_or_malformed_is_refused() {
        assertThatThrownBy(() -> EmailNotifier.smtp("localhost", 25)
                        .from("etl@example.org")
                        .build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("from(..) and to(..)");
        assertThatThrownBy(() -> email().to("a@b.org\r\nBcc: x@y.org")).isInstanceOf(IllegalArgumentException.class);
        assertThat(email().login("etl", "sEcReT").build().toString()).doesNotContain("sEcReT");
    }
}
