package etl.examples;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunState;
import etl.jdbc.JdbcStateStore;
import etl.testkit.PostgresExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The code of docs/database.md; TwoUsersTest of etl-jdbc executes its SQL. */
class DatabasePageTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void one_user_migrates_and_another_one_runs() {
        String ownersUrl = postgres.databaseUrl();
        String runnersUrl = postgres.databaseUrl();
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("load").run(context -> {});
        // snippet
        JdbcStateStore.open(ownersUrl).close();
        // end
        // snippet
        JdbcStateStore store = JdbcStateStore.builder(runnersUrl).migrate(false).open();
        // end

        try (Etl etl = Etl.builder().store(store).build()) {
            assertThat(etl.run(builder.build()).state()).isEqualTo(RunState.SUCCEEDED);
        }
    }
}
