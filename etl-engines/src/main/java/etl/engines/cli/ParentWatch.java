package etl.engines.cli;

import etl.engines.TaskContract;

/** Ends this process, as SIGTERM would, when the process dies that has started it: nobody waits for the result then. */
final class ParentWatch {
    private ParentWatch() {}

    static void start() {
        ProcessHandle.current().parent().ifPresent(ParentWatch::watch);
    }

    private static void watch(ProcessHandle parent) {
        var unused = parent.onExit().thenRun(() -> Runtime.getRuntime().exit(TaskContract.CANCELLED));
    }
}
