def stop(number, frame):
    """SIGTERM, SIGINT: the running tasks stop their JVMs, the others fail before they start one."""
    STOP.append(number)
    for process in multiprocessing.active_children():
        process.terminate()


def forget_skipped(folder):
    """A task that was skipped is asked again by a resume: what is above it may end otherwise this time."""
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as target:
            skipped = target.read() == "{}"
        if skipped:
            os.remove(path)


def main():
    parser = argparse.ArgumentParser(description="Runs the pipeline once; with the run id of a failed run, resumes it.")
    parser.add_argument("--run-id", required=True)
    parser.add_argument("--arguments", default="{}", help="a JSON object, or @FILE which holds one")
    parser.add_argument("--state", default=os.path.join("~", ".etl", "luigi"), help="folder of the result files")
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--scheduler", help="host:port of a luigid; without it, a scheduler in this process")
    options = parser.parse_args()
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.:+-]{0,199}", options.run_id):
        parser.error("a run id has letters, digits and _.:+- only")
    text = options.arguments
    if text.startswith("@"):
        with open(text[1:], encoding="utf-8") as source:
            text = source.read()
    given = json.loads(text)
    unknown = sorted(set(given) - set(PARAMETERS))
    if unknown:
        parser.error("the pipeline has no parameter %s" % ", ".join(unknown))
    arguments = json.dumps({name: value for name, value in dict(ARGUMENTS, **given).items() if value is not None})

    folder = os.path.join(os.path.expanduser(options.state), PIPELINE, options.run_id)
    finished = luigi.LocalTarget(os.path.join(folder, "finish_run.json"))
    if finished.exists():
        print("%s: this run has succeeded before, nothing is done" % options.run_id)
        return 0
    forget_skipped(folder)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    request = request_of(options.run_id, arguments)
    state = "FAILED"
    try:
        run("begin-run", None, request, log_of("begin_run"), attempts=3, delays=(1.0, 5.0))
        try:
            scheduler = {"local_scheduler": True}
            if options.scheduler:
                host, _, port = options.scheduler.partition(":")
                scheduler = {"scheduler_host": host, "scheduler_port": int(port or 8082)}
            tasks = [cls(run_id=options.run_id, folder=folder, arguments=arguments) for cls in LEAVES]
            built = luigi.build(
                tasks, workers=options.workers, detailed_summary=True, log_level="WARNING", no_lock=True, **scheduler
            )
            print(built.summary_text)
        finally:
            stopped, STOP[:] = list(STOP), []
            result = run("finish-run", None, request, log_of("finish_run"), attempts=3, delays=(1.0, 5.0))
            STOP.extend(stopped)
        if built.status in (luigi.LuigiStatusCode.SUCCESS, luigi.LuigiStatusCode.SUCCESS_WITH_RETRY):
            state = result.get("state", state)
        if state == "SUCCEEDED":
            with finished.open("w") as out:
                json.dump(result, out)
    except EtlFailure as failure:
        print(failure)
    print("%s: %s" % (options.run_id, state))
    return 128 + STOP[0] if STOP else 0 if state == "SUCCEEDED" else 1


if __name__ == "__main__":
    sys.exit(main())
