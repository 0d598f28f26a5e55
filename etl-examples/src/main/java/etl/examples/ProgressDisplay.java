package etl.examples;

import etl.core.spi.RunListener;
import etl.core.spi.StoredTask;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar over the tasks of a run, with the rows of the task that reported last. */
final class ProgressDisplay implements RunListener, AutoCloseable {
    private final AtomicReference<Optional<ProgressBar>> bar = new AtomicReference<>(Optional.empty());

    @Override
    public boolean synchronous() {
        return true; // The bar is closed at the end of the run and has to be complete then.
    }

    @Override
    public void onRunStarted(RunStarted event) {
        ProgressBar started = new ProgressBarBuilder()
                .setTaskName(event.run().pipeline())
                .setInitialMax(event.tasks())
                .setUnit(" tasks", 1)
                .setStyle(Terminal.canShow("█") ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(100)
                .hideEta()
                .build();
        started.stepTo(event.done());
        bar.set(Optional.of(started));
    }

    @Override
    public void onTaskProgress(TaskProgress event) {
        String rows = event.total() < 0
                ? "%,d rows".formatted(event.done())
                : "%,d of %,d rows".formatted(event.done(), event.total());
        bar.get().ifPresent(display -> display.setExtraMessage(event.taskId() + " " + rows));
    }

    @Override
    public void onCacheChecked(CacheChecked event) {
        if (event.result() == CacheResult.WAITING) {
            bar.get()
                    .ifPresent(display ->
                            display.setExtraMessage(event.taskId() + " waits for another run that computes the same"));
        }
    }

    @Override
    public void onTaskRetrying(TaskRetrying event) {
        bar.get()
                .ifPresent(display -> display.setExtraMessage(
                        event.taskId() + " attempt " + event.attempt() + " failed, another one follows"));
    }

    @Override
    public void onTaskEnded(TaskEnded event) {
        if (event.mapIndex() == StoredTask.NOT_MAPPED) {
            bar.get()
                    .ifPresent(display -> display.step()
                            .setExtraMessage(event.taskId() + " " + event.state()
                                    + (event.cachedFrom().isPresent() ? " (cached)" : "")));
        }
    }

    @Override
    public void close() {
        bar.get().ifPresent(ProgressBar::close);
    }
}
