package etl.testkit;

import etl.core.RunReport;
import org.jspecify.annotations.Nullable;

/** Assertions on the report of a run. Not safe for use by many threads. */
public final class RunReportAssert extends AbstractRunAssert<RunReportAssert, RunReport> {
    RunReportAssert(RunReport report) {
        super(report, RunReportAssert.class);
    }

    @Override
    RunReport report() {
        isNotNull();
        return actual;
    }

    @Override
    String describe() {
        return RunTable.of(actual).toString();
    }

    @Override
    @Nullable
    Throwable cause() {
        return cause(actual);
    }
}
