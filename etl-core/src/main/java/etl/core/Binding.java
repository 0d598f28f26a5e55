package etl.core;

import etl.core.InclusionView.Source;
import java.util.ArrayList;
import java.util.List;

/** Where a parameter of an included pipeline has its value from. */
sealed interface Binding {
    /** What is seen of it as data. */
    InclusionView.Argument view(Parameter<?> parameter);

    /** The constraint that a value must satisfy to be the argument of a parameter of an included pipeline. */
    record Check(String inclusion, Parameter<?> parameter) {
        /** Adds the faults, each one following a few words. */
        void verify(Object value, String before, ArgumentFaults faults) {
            ArgumentFaults found = ArgumentFaults.none();
            parameter.verify(value, found);
            found.list().forEach(fault -> faults.add(before + fault));
            faults.causes().addAll(found.causes());
        }

        @Override
        public String toString() {
            return "parameter '" + parameter.name() + "' of inclusion '" + inclusion + "'";
        }
    }

    /** A value that is known when the pipeline is declared. */
    record Value(Object value) implements Binding {
        @Override
        public InclusionView.Argument view(Parameter<?> parameter) {
            return new InclusionView.Argument(
                    parameter.name(), Source.VALUE, parameter.type().format(value));
        }
    }

    /** The argument of a parameter of the pipeline that runs. */
    record OfParameter(Parameter<?> source) implements Binding {
        @Override
        public InclusionView.Argument view(Parameter<?> parameter) {
            return new InclusionView.Argument(parameter.name(), Source.PARAMETER, source.name());
        }
    }

    /**
     * The output of a task of the pipeline that runs.
     *
     * @param taskId the task
     * @param checks what the value must satisfy: as the argument of each parameter that it passes
     */
    record OfOutput(String taskId, List<Check> checks) implements Binding {
        OfOutput and(Check check) {
            List<Check> more = new ArrayList<>(checks);
            more.add(check);
            return new OfOutput(taskId, List.copyOf(more));
        }

        OfOutput within(Scope included) {
            List<Check> moved = checks.stream()
                    .map(check -> new Check(included.path() + "/" + check.inclusion(), check.parameter()))
                    .toList();
            return new OfOutput(included.taskId(taskId), moved);
        }

        @Override
        public InclusionView.Argument view(Parameter<?> parameter) {
            return new InclusionView.Argument(parameter.name(), Source.OUTPUT, taskId);
        }
    }
}
