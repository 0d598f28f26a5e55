    run_id = str(flow_run.id)
    request = {
        "contract": 1,
        "pipeline": PIPELINE,
        "fingerprint": FINGERPRINT,
        "engine": "prefect",
        "engineRunId": run_id,
        "arguments": {name: value for name, value in arguments.items() if value is not None},
    }
    tasks = {}
    run("begin-run", None, request, get_run_logger().info, attempts=3, delays=(1.0, 5.0))
    try:
