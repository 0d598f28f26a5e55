# ---- one attempt = one JVM. This part is the same text in every artifact. ---------------------------------------------
FINAL = (0, 65, 99, 143)  # succeeded; failed, do not retry; skipped; cancelled. Any other exit code may be tried again.
GRACE = 30.0  # seconds a JVM may overrun its task's timeout, which it keeps itself, before it is stopped from outside
PATIENCE = 15.0  # seconds from SIGTERM to SIGKILL
STOP = []  # not empty: this process was told to stop (a list, since a signal handler must not take a lock)


class EtlFailure(Exception):
    """An attempt did not succeed; `code` is the exit code of the JVM."""

    def __init__(self, message, code):
        super().__init__(message, code)
        self.code = code

    def __str__(self):
        return self.args[0]


def stop_group(jvm):
    """Stops the JVM and whatever it started."""
    for number, patience in ((signal.SIGTERM, PATIENCE), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + patience
        if jvm.poll() is None:
            try:
                os.killpg(jvm.pid, number)
            except ProcessLookupError:
                pass
        while jvm.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)


def copy_lines(stream, log):
    """The JVM's output is log only; a failing log must not block the JVM."""
    for line in iter(lambda: stream.readline(65536), b""):
        try:
            log(line.decode("utf-8", "replace").rstrip())
        except Exception:
            pass


def run_jvm(verb, task, request, timeout, log):
    """Starts one JVM and waits for it. Returns its exit code and its result, {} if it left none."""
    if not os.environ.get("ETL_CLASSPATH"):
        raise EtlFailure("ETL_CLASSPATH is not set in the environment of this worker", 78)
    with tempfile.TemporaryDirectory(prefix="etl-") as folder:
        request_file, result_file = os.path.join(folder, "request.json"), os.path.join(folder, "result.json")
        with open(os.open(request_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            json.dump(request, out)
        command = [os.environ.get("ETL_JAVA") or "java", "-cp", os.environ["ETL_CLASSPATH"], MAIN_CLASS, verb]
        command += ["--pipeline", PIPELINE] + (["--task", task] if task else [])
        command += ["--request", request_file, "--result", result_file]
        try:
            jvm = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
            )
        except OSError as fault:
            raise EtlFailure("%s did not start: %s" % (command[0], fault), 127) from None
        reader = threading.Thread(target=copy_lines, args=(jvm.stdout, log), daemon=True)
        try:
            reader.start()
            deadline = time.monotonic() + timeout + GRACE if timeout else None
            code = jvm.poll()
            while code is None and not STOP and (deadline is None or time.monotonic() < deadline):
                time.sleep(0.05)
                code = jvm.poll()
        finally:
            stop_group(jvm)
            reader.join(5.0)
        if code is None:
            code = 143 if STOP else 124
        try:
            with open(result_file, encoding="utf-8") as source:
                return code, json.load(source)
        except (OSError, ValueError):
            return code, {}


def run(verb, task, request, log, number=0, attempts=1, delays=(), timeout=None):
    """Up to `attempts` attempts. Returns the result of the last one, or raises EtlFailure.

    `number` is the engine's number of the attempt; 0 leaves the numbering to the JVM.
    """
    for index in range(attempts):
        if STOP:
            raise EtlFailure("stopped before it was started", 143)
        code, result = run_jvm(verb, task, dict(request, task=task or "", attempt=number), timeout, log)
        if code == 0:
            return result
        error = result.get("error") or {}
        message = "%s, attempt %d: exit code %d %s: %s" % (
            task or verb, result.get("attempt") or number or index + 1, code, error.get("type", "no error reported"),
            error.get("message", ""))
        if code in FINAL or index + 1 == attempts:
            raise EtlFailure(message, code)
        delay = delays[min(index, len(delays) - 1)] if delays else 0.0
        if result.get("retryAfterMillis") is not None:
            delay = result["retryAfterMillis"] / 1000.0
        log("%s; next attempt in %.3f s" % (message, delay))
        until = time.monotonic() + delay
        while not STOP and time.monotonic() < until:
            time.sleep(min(0.1, max(0.0, until - time.monotonic())))
    raise EtlFailure("stopped between two attempts", 143)
