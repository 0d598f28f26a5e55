/** Exporters for Airflow, Prefect and Luigi, the task contract that their artifacts use, and the command line. */
module etl.engines {
    requires transitive etl.core;
    requires transitive etl.schedule;
    requires info.picocli;
    requires org.slf4j;
    requires static transitive org.jspecify;
    requires tools.jackson.databind;

    exports etl.engines;
    exports etl.engines.cli;

    opens etl.engines.cli to
            info.picocli;
    opens etl.engines to
            tools.jackson.databind;

    uses etl.engines.Engine;

    provides etl.engines.Engine with
            etl.engines.airflow.AirflowEngine,
            etl.engines.prefect.PrefectEngine,
            etl.engines.luigi.LuigiEngine;
}
