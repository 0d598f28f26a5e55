package etl.notify;

import etl.core.spi.ErrorInfo;
import etl.core.spi.RunListener;
import java.time.Duration;
import java.util.Optional;

/** An event in words: one line, and what more there is to say. */
record Notice(String headline, String details) {
    private static final int MAX_ERROR = 1_000;

    static Notice of(RunListener.Event event) {
        String pipeline = "pipeline " + event.run().pipeline();
        String run = "run " + event.run().id();
        if (event instanceof RunListener.RunEnded ended) {
            return new Notice(
                    pipeline + ": run " + ended.state() + " after " + text(ended.duration()),
                    run + error(ended.error()));
        }
        if (event instanceof RunListener.TaskEnded ended) {
            return new Notice(
                    pipeline + ": task " + ended.taskId() + " " + ended.state() + " in attempt " + ended.attempt(),
                    run + error(ended.error()));
        }
        if (event instanceof RunListener.SlaMissed missed) {
            return new Notice(
                    pipeline + ": " + missed.taskId().map(id -> "task " + id).orElse("the run") + " missed its SLA of "
                            + text(missed.sla()),
                    run);
        }
        return new Notice(pipeline + ": " + event.getClass().getSimpleName(), run);
    }

    private static String error(Optional<ErrorInfo> error) {
        return error.map(info -> "\n" + abbreviated(info.toString())).orElse("");
    }

    private static String abbreviated(String text) {
        return text.codePointCount(0, text.length()) <= MAX_ERROR
                ? text
                : text.substring(0, text.offsetByCodePoints(0, MAX_ERROR)) + "...";
    }

    private static String text(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return duration.toMillis() / 1000.0 + " s";
        }
        String minutes = duration.toMinutesPart() + " min " + duration.toSecondsPart() + " s";
        return duration.toHours() == 0 ? minutes : duration.toHours() + " h " + minutes;
    }

    String text() {
        return headline + "\n" + details;
    }
}
