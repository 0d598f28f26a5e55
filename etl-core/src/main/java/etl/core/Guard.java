package etl.core;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the code of an included pipeline from outputs that are no arguments for it. Constraints can only be checked when
 * such an output is there: before each attempt, but once only for as long as the same object is asked about, since the
 * elements of a mapped task are many and a list is long.
 */
final class Guard {
    private final List<Arriving> arriving = new ArrayList<>();

    Guard(Scope scope, ToIntFunction<String> ordinals) {
        for (Map.Entry<Parameter<?>, Binding.OfOutput> output : scope.outputs().entrySet()) {
            arriving.add(new Arriving(
                    new Binding.Check(scope.path(), output.getKey()),
                    output.getValue(),
                    ordinals.applyAsInt(output.getValue().taskId())));
        }
    }

    TaskBody guard(TaskBody body) {
        if (arriving.isEmpty()) {
            return body;
        }
        return (context, inputs) -> {
            arriving.forEach(argument -> argument.check(inputs.output(argument.task)));
            return body.execute(context, inputs);
        };
    }

    private static final class Arriving {
        private final Binding.Check parameter;
        private final Binding.OfOutput binding;
        private final int task;
        private volatile WeakReference<Object> accepted = new WeakReference<>(null);

        Arriving(Binding.Check parameter, Binding.OfOutput binding, int task) {
            this.parameter = parameter;
            this.binding = binding;
            this.task = task;
        }

        void check(@Nullable Object output) {
            if (output == null) {
                throw refused(parameter + " must not be null");
            }
            if (accepted.refersTo(output)) {
                return;
            }
            ArgumentFaults faults = ArgumentFaults.none();
            binding.checks().forEach(check -> check.verify(output, check + " ", faults));
            if (!faults.isEmpty()) {
                NotRetryableException refused = refused(faults.toString());
                faults.causes().forEach(refused::addSuppressed);
                throw refused;
            }
            accepted = new WeakReference<>(output);
        }

        private NotRetryableException refused(String why) {
            return new NotRetryableException(why + "; the value is the output of task '" + binding.taskId() + "'");
        }
    }
}
