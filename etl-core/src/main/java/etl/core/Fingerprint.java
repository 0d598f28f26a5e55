package etl.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.temporal.Temporal;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The hash that tells whether two pipelines are the same definition. */
final class Fingerprint {
    private Fingerprint() {}

    static String of(Pipeline pipeline) {
        MessageDigest digest = sha256();
        add(digest, "pipeline", pipeline.name());
        for (Parameter<?> parameter : pipeline.parameters()) {
            add(digest, "parameter", parameter.name(), parameter.type().identity());
        }
        for (TaskView task : pipeline.tasks()) {
            add(digest, "task", task.id(), task.outputType().getTypeName());
            task.upstream().forEach(id -> add(digest, "upstream", id));
            task.inputs().forEach(id -> add(digest, "input", id));
            task.gates().forEach(id -> add(digest, "gate", id));
            task.endOf().forEach(id -> add(digest, "end of", id));
            if (!task.isPlain()) {
                add(digest, "trigger", task.triggerRule().name(), String.valueOf(task.runsFinally()));
                task.choices()
                        .forEach(choice -> add(
                                digest,
                                "choice",
                                choice.taskId(),
                                choice.values().toString()));
                task.mapped().ifPresent(mapped -> add(digest, "mapped", mapped.over(), "" + mapped.fixedElements()));
                pipeline.mapping(pipeline.ordinal(task.id())).ifPresent(mapping -> addElements(digest, mapping));
                task.teardownOf().forEach(id -> add(digest, "teardown of", id));
            }
        }
        for (InclusionView inclusion : pipeline.inclusions()) {
            for (InclusionView.Argument argument : inclusion.arguments()) {
                String value = JsonText.write(argument.value());
                add(
                        digest,
                        "bound",
                        inclusion.path(),
                        argument.parameter(),
                        argument.source().name(),
                        value);
            }
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    /** What a list that is declared holds, as far as its elements have a text that says all: a resume goes by their places. */
    private static void addElements(MessageDigest digest, Mapping mapping) {
        for (List<?> list : mapping.fixed()) {
            for (Object element : list) {
                if (hasText(element)) {
                    add(digest, "element", JsonText.write(String.valueOf(element)));
                }
            }
        }
    }

    private static boolean hasText(@Nullable Object element) {
        return element instanceof String
                || element instanceof Number
                || element instanceof Boolean
                || element instanceof Enum<?>
                || element instanceof Temporal
                || element instanceof UUID;
    }

    /** Unambiguous because no part can hold a newline: names are checked, and type names have none. */
    private static void add(MessageDigest digest, String... parts) {
        digest.update((String.join("\n", parts) + "\n\n").getBytes(StandardCharsets.UTF_8));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
