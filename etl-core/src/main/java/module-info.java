/** The embeddable orchestrator: pipelines, tasks, retry policies, the runner and the interfaces of its surroundings. */
module etl.core {
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports etl.core;
    exports etl.core.spi;
}
