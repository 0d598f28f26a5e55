package etl.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects what is wrong with arguments, each fault with its place: a parameter, an element of its list, a component of
 * its record. Every place writes into the same collection.
 */
final class ArgumentFaults {
    private final String parameter;
    private final String path;
    private final List<String> faults;
    private final List<Throwable> causes;

    private ArgumentFaults(String parameter, String path, List<String> faults, List<Throwable> causes) {
        this.parameter = parameter;
        this.path = path;
        this.faults = faults;
        this.causes = causes;
    }

    static ArgumentFaults none() {
        return new ArgumentFaults("", "", new ArrayList<>(), new ArrayList<>());
    }

    ArgumentFaults in(Parameter<?> of) {
        return new ArgumentFaults(of.name(), path, faults, causes);
    }

    ArgumentFaults element(int index) {
        return new ArgumentFaults(parameter, path + "[" + index + "]", faults, causes);
    }

    ArgumentFaults component(String name) {
        boolean first = parameter.isEmpty() && path.isEmpty();
        return new ArgumentFaults(parameter, first ? name : path + "." + name, faults, causes);
    }

    void add(String fault) {
        if (!parameter.isEmpty()) {
            faults.add("parameter '" + parameter + path + "' " + fault);
        } else {
            faults.add(path.isEmpty() ? fault : path + " " + fault);
        }
    }

    void add(String fault, Throwable cause) {
        add(fault);
        causes.add(cause);
    }

    boolean isEmpty() {
        return faults.isEmpty();
    }

    List<String> list() {
        return faults;
    }

    /** What the caller's own code has thrown: the checks of parameters and the constructors of records. */
    List<Throwable> causes() {
        return causes;
    }

    @Override
    public String toString() {
        return String.join("; ", faults);
    }
}
