package etl.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the faults of one inclusion, and what is right of its arguments and of the tasks that it waits for. */
final class InclusionCheck {
    private final PipelineBuilder outer;
    private final String outerName;
    private final Inclusion inclusion;
    private final Pipeline inner;
    private final List<String> faults;
    private final String name;

    InclusionCheck(PipelineBuilder outer, String outerName, Inclusion inclusion, List<String> faults) {
        this.outer = outer;
        this.outerName = outerName;
        this.inclusion = inclusion;
        this.inner = inclusion.pipeline();
        this.faults = faults;
        this.name = "inclusion " + Quoted.of(inclusion.name());
    }

    void checkPipeline() {
        if (inner.name().equals(outerName)) {
            faults.add(
                    name + " includes pipeline '" + outerName + "' in itself; a pipeline cannot be a part of itself");
        }
        inner.inclusions().stream()
                .filter(deeper -> deeper.pipeline().equals(outerName))
                .forEach(deeper ->
                        faults.add(name + " includes pipeline '" + outerName + "' in itself, by its inclusion '"
                                + deeper.path() + "'; a pipeline cannot be a part of itself"));
        List<String> unkept = new ArrayList<>();
        inner.parallelism().ifPresent(limit -> unkept.add("a parallelism of " + limit + " (use a pool)"));
        inner.deadline().ifPresent(limit -> unkept.add("a deadline of " + limit));
        inner.schedule().ifPresent(schedule -> unkept.add("a schedule"));
        inner.hooks().sla().ifPresent(limit -> unkept.add("an SLA of " + limit));
        if (inner.hooks().hasCallbacks()) {
            unkept.add("callbacks");
        }
        if (!unkept.isEmpty()) {
            faults.add(name + ": pipeline '" + inner.name() + "' has " + String.join(", ", unkept)
                    + ", which only a run of its own can have; declare it on '" + outerName
                    + "' or on tasks, and include a pipeline without it");
        }
    }

    /** The binding of each parameter that has one or a default. */
    Map<String, Binding> bindings(Set<Parameter<?>> outerParameters) {
        Map<String, Binding> bindings = new LinkedHashMap<>();
        for (Inclusion.Bound bound : inclusion.bound()) {
            Parameter<?> parameter = bound.parameter();
            String what = "parameter '" + parameter.name() + "'";
            if (!inner.parameters().contains(parameter)) {
                faults.add(name + ": pipeline '" + inner.name() + "' does not declare this " + what + "; known: "
                        + ArgumentsInvalidException.known(inner));
            } else if (bindings.put(parameter.name(), bound.binding()) != null) {
                faults.add(name + ": " + what + " is bound twice; remove one of the bindings");
            } else if (bound.binding() instanceof Binding.OfParameter of && !outerParameters.contains(of.source())) {
                faults.add(name + " binds " + what + " to parameter '"
                        + of.source().name() + "', which pipeline '" + outerName + "' does not declare");
            } else if (bound.binding() instanceof Binding.Value known) {
                ArgumentFaults wrong = ArgumentFaults.none();
                parameter.type().accept(known.value(), wrong.in(parameter));
                wrong.list().forEach(fault -> faults.add(name + ": " + fault));
            }
        }
        for (Parameter<?> parameter : inner.parameters()) {
            Object value = parameter.defaultValue();
            if (!bindings.containsKey(parameter.name())) {
                if (value == null) {
                    faults.add(name + ": parameter '" + parameter.name() + "' is required: "
                            + parameter.type().expected() + "; bind it by with(...)");
                } else {
                    bindings.put(parameter.name(), new Binding.Value(value));
                }
            }
        }
        return bindings;
    }

    /** The ids of the tasks that let the included pipeline start. */
    List<String> gates(Map<String, Boolean> runsFinally) {
        Map<Dependency, String> sources = new LinkedHashMap<>();
        inclusion.after().forEach(dependency -> sources.putIfAbsent(dependency, "waits for task"));
        for (Inclusion.Bound bound : inclusion.bound()) {
            if (bound.binding() instanceof Binding.OfOutput of) {
                sources.putIfAbsent(
                        new Dependency(of.taskId(), bound.owner()),
                        "binds parameter '" + bound.parameter().name() + "' to the output of task");
            }
        }
        Set<String> gates = new LinkedHashSet<>();
        sources.forEach((source, how) -> {
            Boolean last = runsFinally.get(source.taskId());
            String what = name + " " + how + " " + Quoted.of(source.taskId());
            if (source.owner() != null && source.owner() != outer) {
                faults.add(what + " of another pipeline; name one of pipeline '" + outerName + "'");
            } else if (last == null) {
                faults.add(what + ", which is unknown; declare it or correct the id");
            } else if (last) {
                faults.add(what + ", which runs finally; nothing comes after that");
            } else {
                gates.add(source.taskId());
            }
        });
        return List.copyOf(gates);
    }
}
