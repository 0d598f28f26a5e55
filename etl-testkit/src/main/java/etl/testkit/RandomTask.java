package etl.testkit;

import etl.core.TaskState;
import etl.core.TriggerRule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One task of a random pipeline, as data. */
final class RandomTask {
    final int index;
    final Part part;
    final String name;
    final String id;
    final List<Integer> upstream = new ArrayList<>();
    Kind kind = Kind.PLAIN;
    TriggerRule rule = TriggerRule.ALL_SUCCESS;
    Deed deed = Deed.SUCCEED;
    boolean healed;
    int setup = -1;
    int branch = -1;
    boolean chosen;
    int elements;
    int failingElements;
    /** Of the end of an included pipeline, the last tasks of that. */
    List<Integer> last = List.of();

    private int[] waitsFor = {};

    /** What a task's code does. */
    enum Deed {
        SUCCEED,
        FAIL,
        SKIP,
        FAIL_ONCE
    }

    enum Kind {
        PLAIN,
        BRANCH,
        MAPPED,
        TEARDOWN,
        FINAL,
        /** The end of an included pipeline, as a whole. */
        END
    }

    RandomTask(int index, Part part, String name) {
        this.index = index;
        this.part = part;
        this.name = name;
        this.id = part.prefix() + name;
    }

    /** What its code does now: what failed the first time may succeed in another execution. */
    Deed deedNow() {
        return deed == Deed.FAIL && healed ? Deed.SUCCEED : deed;
    }

    /** How it ends if it is executed. */
    TaskState executed() {
        if (kind == Kind.MAPPED) {
            return failingElements > 0 && !healed ? TaskState.FAILED : TaskState.SUCCEEDED;
        }
        return switch (deedNow()) {
            case SUCCEED, FAIL_ONCE -> TaskState.SUCCEEDED;
            case FAIL -> TaskState.FAILED;
            case SKIP -> TaskState.SKIPPED;
        };
    }

    boolean cleansUp() {
        return kind == Kind.TEARDOWN || kind == Kind.FINAL;
    }

    /** The tasks that it waits for itself: those upstream and its gates. */
    int[] waitsFor() {
        if (waitsFor.length == 0) {
            Set<Integer> all = new LinkedHashSet<>(upstream);
            all.addAll(gates());
            waitsFor = all.stream().mapToInt(Integer::intValue).toArray();
        }
        return waitsFor;
    }

    /** Whether its gates decide before its rule does; else they are upstream like others. */
    boolean asksGatesFirst() {
        return cleansUp() || rule != TriggerRule.ALL_SUCCESS;
    }

    /** What must have succeeded before it: tasks that are arguments, and all gates if nothing else made it wait for them. */
    Set<Integer> gates() {
        Set<Integer> gates = new LinkedHashSet<>();
        if (upstream.isEmpty() || asksGatesFirst()) {
            gates.addAll(part.nearestGates());
        }
        if (part.flagFrom >= 0 && kind != Kind.END) {
            gates.add(part.flagFrom);
        }
        return gates;
    }

    /** The pipeline itself, or one that it includes, directly or not. */
    static final class Part {
        final String name;
        final Optional<Part> around;
        /** The tasks that may be named in it: its own, and those of the pipelines that it includes. */
        final List<Integer> visible = new ArrayList<>();
        /** The tasks of the pipeline around it that it waits for. */
        final List<Integer> gates = new ArrayList<>();
        /** Which of them gives its parameter a value, or -1. */
        int flagFrom = -1;
        /** What it gives its other parameter, empty for the default. */
        Optional<String> tag = Optional.empty();

        Part(String name, Optional<Part> around) {
            this.name = name;
            this.around = around;
        }

        String path() {
            return around.map(Part::prefix).orElse("") + name;
        }

        String prefix() {
            return around.isEmpty() ? "" : path() + "--";
        }

        boolean isWithin(Part outer) {
            return this == outer || around.filter(part -> part.isWithin(outer)).isPresent();
        }

        /** Those of this part, or if it waits for none itself those of the next one around that does. */
        List<Integer> nearestGates() {
            return !gates.isEmpty() ? gates : around.map(Part::nearestGates).orElse(List.of());
        }

        /** What the tasks of this part read: what was given, or what was given to the pipeline around. */
        String expectedTag() {
            if (around.isEmpty()) {
                return "outermost";
            }
            return tag.map(text -> text.equals("around") ? around.get().expectedTag() : text)
                    .orElse("default");
        }
    }
}
