# ---- Luigi ------------------------------------------------------------------------------------------------------------
class EtlTask(luigi.Task):
    """Runs one task of the pipeline in a JVM of its own; done when its result file is in the folder of the run."""

    task_namespace = PIPELINE
    task = luigi.Parameter()
    run_id = luigi.Parameter()
    folder = luigi.Parameter(significant=False)
    arguments = luigi.Parameter(significant=False)  # JSON text
    upstream = ()
    attempts = 1
    delays = ()
    timeout = None
    retry_count = 1  # Luigi itself never retries

    def requires(self):
        return [cls(run_id=self.run_id, folder=self.folder, arguments=self.arguments) for cls in self.upstream]

    def output(self):
        return luigi.LocalTarget(os.path.join(self.folder, "%s.json" % self.task))

    def run(self):
        request = request_of(self.run_id, self.arguments)
        try:
            result = run("run-task", self.task, request, log_of(self.task), 0, self.attempts, self.delays, self.timeout)
        except EtlFailure as failure:
            if failure.code != 99:
                raise
            result = {}  # skipped: what is below it decides for itself
        with self.output().open("w") as out:  # renamed into place when it is complete
            json.dump(result, out)


def request_of(run_id, arguments):
    return {
        "contract": 1,
        "pipeline": PIPELINE,
        "fingerprint": FINGERPRINT,
        "engine": "luigi",
        "engineRunId": run_id,
        "arguments": json.loads(arguments),
    }


def log_of(name):
    return lambda line: sys.stdout.write("[%s] %s\n" % (name, line)) and sys.stdout.flush()
