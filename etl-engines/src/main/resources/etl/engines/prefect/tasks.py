# ---- Prefect ----------------------------------------------------------------------------------------------------------
def may_retry(task, run, state):
    """Prefect's question before a retry: not after exit 65, 99 or 143, and not while stopping."""
    return not STOP and getattr(state.data, "code", 1) not in FINAL


@task(cache_policy=NO_CACHE, retries=0, persist_result=False, log_prints=False)
def etl_task(name, request, engine_retries=False, attempts=1, delays=(), timeout=None):
    """Runs one task of the pipeline in a JVM of its own."""
    number = task_run.run_count if engine_retries else 0
    try:
        result = run("run-task", name, request, get_run_logger().info, number, attempts, delays, timeout)
    except EtlFailure as failure:
        if failure.code == 99:
            return Completed(name="Skipped", message=str(failure))
        raise
    return result.get("output")


def finish(request, tasks):
    """Closes the run in the tables, whatever has happened."""
    log = get_run_logger().info
    wait(list(tasks.values()), timeout=2 * PATIENCE)  # after an interruption: the JVMs are being stopped
    STOP.clear()
    try:
        return run("finish-run", None, request, log, attempts=3, delays=(1.0, 5.0))
    except EtlFailure as failure:
        log("the run was not closed: %s" % failure)
        return {}
