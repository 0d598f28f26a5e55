# ---- Airflow ----------------------------------------------------------------------------------------------------------
class EtlTask(BaseOperator):
    """Runs one task of the pipeline in a JVM of its own."""

    template_fields = ()  # no value in this file is a template

    def __init__(
        self, *, etl_verb="run-task", etl_task=None, etl_engine_retries=False, etl_attempts=1, etl_delays=(),
        etl_timeout=None, **kwargs
    ):
        super().__init__(**kwargs)
        self.etl_verb = etl_verb
        self.etl_task = etl_task
        self.etl_engine_retries = etl_engine_retries
        self.etl_attempts = etl_attempts
        self.etl_delays = etl_delays
        self.etl_timeout = etl_timeout
        self.etl_running = False

    def execute(self, context):
        run_id = context["dag_run"].run_id
        params = context["params"]
        request = {
            "contract": 1,
            "pipeline": PIPELINE,
            "fingerprint": FINGERPRINT,
            "engine": "airflow",
            "engineRunId": run_id,
            "arguments": {name: params[name] for name in PARAMETERS if params.get(name) is not None},
        }
        number = context["ti"].try_number if self.etl_engine_retries else 0
        if self.etl_verb == "finish-run":
            STOP.clear()  # `airflow dags test` has all tasks in one process
        self.etl_running = True
        try:
            result = run(
                self.etl_verb, self.etl_task, request, self.log.info,
                number, self.etl_attempts, self.etl_delays, self.etl_timeout,
            )
        except EtlFailure as failure:
            if failure.code == 99:
                raise AirflowSkipException(str(failure)) from None
            if failure.code in (65, 143):
                raise AirflowFailException(str(failure)) from None
            raise
        finally:
            self.etl_running = False
        return result.get("output")

    def on_kill(self):
        """A signal handler. Airflow 3 only calls it, Airflow 2 raises afterwards; after execution_timeout both have raised."""
        if self.etl_running:
            STOP.append("killed by Airflow")
