package etl.core;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One task as declared, before the pipeline as a whole has been checked. */
record TaskDeclaration(
        String id,
        String description,
        Optional<String> group,
        RetryPolicy retry,
        Optional<Duration> timeout,
        Trigger trigger,
        Type outputType,
        Optional<Mapping> mapping,
        Scarcity scarcity,
        List<TaskRef<?>> inputs,
        List<Dependency> upstream,
        TaskCode code,
        Hooks hooks,
        Optional<Cache> cache,
        Scope scope)
        implements Declared {
    TaskBody body() {
        return code.body();
    }

    TaskDeclaration withCode(TaskCode other) {
        return new TaskDeclaration(
                id,
                description,
                group,
                retry,
                timeout,
                trigger,
                outputType,
                mapping,
                scarcity,
                inputs,
                upstream,
                other,
                hooks,
                cache,
                scope);
    }
}
