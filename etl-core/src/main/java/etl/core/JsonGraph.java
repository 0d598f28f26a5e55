package etl.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Everything that a pipeline declares, as JSON; what was not declared is absent. */
final class JsonGraph {
    private static final Pattern HALF = Pattern.compile("\\p{Cs}");

    private JsonGraph() {}

    static String of(Pipeline pipeline) {
        Map<String, Object> graph = new LinkedHashMap<>();
        graph.put("pipeline", pipeline.name());
        putText(graph, "description", pipeline.description());
        graph.put("fingerprint", pipeline.fingerprint());
        pipeline.parallelism().ifPresent(limit -> graph.put("parallelism", limit));
        pipeline.deadline().ifPresent(limit -> graph.put("deadline", limit.toString()));
        pipeline.schedule().ifPresent(schedule -> graph.put("schedule", schedule(schedule)));
        graph.put(
                "parameters",
                pipeline.parameters().stream().map(JsonGraph::parameter).toList());
        putHooks(graph, pipeline.hooks());
        putList(
                graph,
                "inclusions",
                pipeline.inclusions().stream().map(JsonGraph::inclusion).toList());
        List<Object> tasks = new ArrayList<>();
        pipeline.tasksInOrder().forEach(task -> tasks.add(task(pipeline, task)));
        graph.put("tasks", tasks);
        return writable(JsonText.write(graph));
    }

    /** Half a character cannot be written to a file; JSON has an escape for it. */
    private static String writable(String json) {
        return HALF.matcher(json)
                .replaceAll(half -> String.format(
                        Locale.ROOT, "\\\\u%04x", (int) half.group().charAt(0)));
    }

    private static Map<String, Object> schedule(Schedule schedule) {
        Map<String, Object> json = new LinkedHashMap<>();
        if (schedule.timing() instanceof Timing.Cron cron) {
            json.put("cron", cron.expression());
            json.put("zone", cron.zone().getId());
        } else if (schedule.timing() instanceof Timing.Every every) {
            json.put("every", every.interval().toString());
        } else {
            json.put("manual", true);
        }
        schedule.start().ifPresent(start -> json.put("start", start.toString()));
        schedule.end().ifPresent(end -> json.put("end", end.toString()));
        json.put("catchUp", schedule.catchesUp());
        json.put("missedTicks", schedule.missed().name());
        json.put("maxActiveRuns", schedule.maxActiveRuns());
        if (!schedule.jitter().isZero()) {
            json.put("jitter", schedule.jitter().toString());
        }
        return json;
    }

    private static Map<String, Object> parameter(Parameter<?> parameter) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", parameter.name());
        putText(json, "description", parameter.description());
        json.put("type", parameter.type().javaType().getTypeName());
        json.put("expected", parameter.type().expected());
        json.put("required", parameter.isRequired());
        parameter.defaultText().ifPresent(text -> json.put("default", text));
        putText(json, "constraints", parameter.constraints().toString());
        if (parameter.type().isSecret()) {
            json.put("secret", true);
        }
        return json;
    }

    private static Map<String, Object> task(Pipeline pipeline, TaskView task) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", task.id());
        putText(json, "description", task.description());
        task.group().ifPresent(group -> json.put("group", group));
        json.put("upstream", task.upstream());
        putList(json, "gates", task.gates());
        json.put("downstream", pipeline.downstream(task.id()));
        json.put("inputs", task.inputs());
        json.put("outputType", task.outputType().getTypeName());
        json.put("triggerRule", task.triggerRule().name());
        putList(json, "choices", task.choices().stream().map(JsonGraph::choice).toList());
        putList(json, "teardownOf", task.teardownOf());
        if (task.runsFinally()) {
            json.put("runsFinally", true);
        }
        putList(json, "endOf", task.endOf());
        task.mapped().ifPresent(mapped -> json.put("mapped", mapped(mapped)));
        json.put("maxAttempts", task.retry().maxAttempts());
        if (task.retry().maxAttempts() > 1) {
            json.put("retry", task.retry().toString());
        }
        task.timeout().ifPresent(timeout -> json.put("timeout", timeout.toString()));
        task.pool().ifPresent(pool -> {
            json.put("pool", pool);
            json.put("poolSlots", task.poolSlots());
        });
        json.put("priority", task.priority());
        putHooks(json, task.hooks());
        task.cache().ifPresent(cache -> json.put("cache", cache(cache)));
        return json;
    }

    private static Map<String, Object> inclusion(InclusionView inclusion) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("path", inclusion.path());
        json.put("group", inclusion.group());
        json.put("pipeline", inclusion.pipeline());
        putText(json, "description", inclusion.description());
        putList(json, "after", inclusion.after());
        putList(
                json,
                "arguments",
                inclusion.arguments().stream().map(JsonGraph::argument).toList());
        return json;
    }

    private static Map<String, Object> argument(InclusionView.Argument argument) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("parameter", argument.parameter());
        json.put("source", argument.source().name());
        json.put("value", argument.value());
        return json;
    }

    private static void putHooks(Map<String, Object> json, Hooks hooks) {
        hooks.sla().ifPresent(sla -> json.put("sla", sla.toString()));
        putList(
                json,
                "callbacks",
                hooks.points().stream().map(Enum::name).sorted().toList());
    }

    private static Map<String, Object> choice(TaskView.Choice choice) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("task", choice.taskId());
        json.put("values", choice.values());
        return json;
    }

    private static Map<String, Object> cache(TaskView.Cached cache) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", cache.version());
        cache.ttl().ifPresent(ttl -> json.put("ttl", ttl.toString()));
        cache.arguments().ifPresent(arguments -> json.put("arguments", arguments));
        putList(json, "reads", cache.reads());
        putList(json, "inputs", cache.inputs());
        if (cache.explicitKey()) {
            json.put("explicitKey", true);
        }
        return json;
    }

    private static Map<String, Object> mapped(TaskView.Mapped mapped) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("over", mapped.over());
        mapped.fixedElements().ifPresent(elements -> json.put("elements", elements));
        mapped.atOnce().ifPresent(limit -> json.put("atOnce", limit));
        json.put("elementType", mapped.elementType().getTypeName());
        return json;
    }

    private static void putText(Map<String, Object> json, String name, String text) {
        if (!text.isEmpty()) {
            json.put(name, text);
        }
    }

    private static void putList(Map<String, Object> json, String name, List<?> elements) {
        if (!elements.isEmpty()) {
            json.put(name, elements);
        }
    }
}
