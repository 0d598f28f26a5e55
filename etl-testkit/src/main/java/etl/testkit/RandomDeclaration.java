package etl.testkit;

import etl.core.TriggerRule;
import etl.testkit.RandomTask.Deed;
import etl.testkit.RandomTask.Kind;
import etl.testkit.RandomTask.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Draws the tasks of a random pipeline and the pipelines that it includes. */
final class RandomDeclaration {
    private static final TriggerRule[] RULES = TriggerRule.values();
    private static final int DEEPEST = 3;

    private final Random random;
    private final List<RandomTask> nodes = new ArrayList<>();
    private Part part = new Part("random", Optional.empty());
    private int parts;
    private int depth;

    RandomDeclaration(Random random) {
        this.random = random;
    }

    /** As many tasks, and some more that belong to the ends of pipelines. */
    List<RandomTask> draw(int tasks) {
        for (int i = 0; i < tasks; i++) {
            if (depth < DEEPEST && random.nextInt(10) == 0) {
                open();
            } else if (depth > 0 && !part.visible.isEmpty() && random.nextInt(6) == 0) {
                close();
            }
            drawTask("t" + i);
        }
        while (depth > 0) {
            close();
        }
        drawFinal();
        return nodes;
    }

    private void add(RandomTask node) {
        nodes.add(node);
        part.visible.add(nodes.size() - 1);
    }

    // --- pipelines -------------------------------------------------------------------------------------------------

    private void open() {
        Part included = new Part("p" + parts++, Optional.of(part));
        pick(3).forEach(included.gates::add);
        included.gates.stream()
                .filter(gate -> nodes.get(gate).kind != Kind.MAPPED && nodes.get(gate).kind != Kind.END)
                .findFirst()
                .filter(gate -> random.nextBoolean())
                .ifPresent(gate -> included.flagFrom = gate);
        if (random.nextInt(3) > 0) {
            included.tag = Optional.of(random.nextBoolean() ? "around" : "own");
        }
        part = included;
        depth++;
    }

    private void close() {
        if (random.nextBoolean()) {
            drawFinal();
        }
        Part ended = part;
        List<Integer> all = List.copyOf(ended.visible);
        part = ended.around.orElseThrow();
        depth--;
        part.visible.addAll(all);
        if (random.nextBoolean()) {
            RandomTask end = new RandomTask(nodes.size(), part, ended.name);
            end.kind = Kind.END;
            end.upstream.addAll(all);
            end.last = all.stream().filter(task -> isLast(task, all)).toList();
            add(end);
        }
    }

    /** Whether nothing but clean-up follows a task within its pipeline. */
    private boolean isLast(int task, List<Integer> all) {
        return !nodes.get(task).cleansUp()
                && all.stream()
                        .map(nodes::get)
                        .noneMatch(
                                below -> !below.cleansUp() && (below.upstream.contains(task) || waitsFor(below, task)));
    }

    private static boolean waitsFor(RandomTask below, int task) {
        Optional<Part> inside = Optional.of(below.part);
        while (inside.isPresent()) {
            if (inside.get().gates.contains(task)) {
                return true;
            }
            inside = inside.get().around;
        }
        return false;
    }

    private void drawFinal() {
        RandomTask last = new RandomTask(nodes.size(), part, "last");
        last.kind = Kind.FINAL;
        last.upstream.addAll(part.visible);
        add(last);
    }

    // --- tasks -----------------------------------------------------------------------------------------------------

    /** Up to so many of the last twenty tasks that may be named here. */
    private List<Integer> pick(int most) {
        List<Integer> picked = new ArrayList<>();
        int size = part.visible.size();
        for (int edge = random.nextInt(most + 1); edge > 0 && size > 0; edge--) {
            int task = part.visible.get(Math.max(0, size - 1 - random.nextInt(Math.min(size, 20))));
            if (!picked.contains(task)) {
                picked.add(task);
            }
        }
        return picked;
    }

    private void drawTask(String name) {
        RandomTask node = new RandomTask(nodes.size(), part, name);
        node.upstream.addAll(pick(3));
        node.kind = kind(node);
        int dice = random.nextInt(100);
        node.deed = dice < 70 ? Deed.SUCCEED : dice < 80 ? Deed.FAIL : dice < 90 ? Deed.SKIP : Deed.FAIL_ONCE;
        switch (node.kind) {
            case PLAIN, BRANCH -> {
                if (random.nextInt(2) == 0) {
                    node.rule = RULES[random.nextInt(RULES.length)];
                }
                chooseBranch(node);
            }
            case MAPPED -> {
                node.elements = random.nextInt(5);
                node.deed = Deed.SUCCEED;
                node.failingElements = random.nextInt(4) == 0 ? random.nextInt(node.elements + 1) : 0;
            }
            case TEARDOWN -> node.setup = node.upstream.get(0);
            case FINAL, END -> {}
        }
        add(node);
    }

    private Kind kind(RandomTask node) {
        return switch (random.nextInt(10)) {
            case 0 -> Kind.BRANCH;
            case 1 -> Kind.MAPPED;
            case 2 -> node.upstream.isEmpty() ? Kind.PLAIN : Kind.TEARDOWN;
            default -> Kind.PLAIN;
        };
    }

    private void chooseBranch(RandomTask node) {
        for (int upstream : node.upstream) {
            if (nodes.get(upstream).kind == Kind.BRANCH && random.nextBoolean()) {
                node.branch = upstream;
                node.chosen = random.nextBoolean();
                return;
            }
        }
    }
}
