package etl.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunState;
import etl.core.RunStoppedException;
import etl.jdbc.JdbcStateStore;
import etl.testkit.PostgresExtension;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The code of docs/recovery.md. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RecoveryPageTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void runs_whose_process_is_gone_go_on() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch hang = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(2);
        Pipeline orders = pipeline("orders", begun, hang, ended);
        Pipeline invoices = pipeline("invoices", begun, hang, ended);
        DataSource dataSource = postgres.dataSource();
        Etl dying = Etl.builder().store(JdbcStateStore.open(dataSource)).build();
        RunHandle run = dying.submit(orders, Arguments.none());
        dying.submit(invoices, Arguments.none());
        begun.await();
        dying.close();
        assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
        hang.countDown();

        // snippet
        JdbcStateStore leased =
                JdbcStateStore.builder(dataSource).lease(Duration.ofSeconds(30)).open();
        Etl etl = Etl.builder()
                .store(leased)
                .recover(orders, invoices)
                .mostCrashes(3)
                .build();
        // end

        try (etl) {
            ended.await();
            assertThat(etl.control().follow(run.id(), orders).await().state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    private static Pipeline pipeline(String name, CountDownLatch begun, CountDownLatch hang, CountDownLatch ended) {
        PipelineBuilder builder = Pipeline.named(name);
        builder.task("load").run(ctx -> {
            begun.countDown();
            hang.await();
            ended.countDown();
        });
        return builder.build();
    }
}
