package etl.core;

/**
 * What the runner needs of every task, in columns: a large graph is run in an order that no processor foresees, and each
 * object of its own would be one more wait for memory. What only some tasks have is in their {@link TaskNode}; here it
 * says who has it. Immutable; the code is that of one pipeline, the rest is shared by its intercepted copies.
 */
final class TaskColumns {
    private static final int MAPPED = 1;
    private static final int LIMITED = 2;
    private static final int READS = 4;

    private final String[] ids;
    private final byte[] traits;
    private final TaskBody[] bodies;
    private final Successors successors;

    private TaskColumns(String[] ids, byte[] traits, TaskBody[] bodies, Successors successors) {
        this.ids = ids;
        this.traits = traits;
        this.bodies = bodies;
        this.successors = successors;
    }

    static TaskColumns of(TaskNode[] nodes, TaskBody[] bodies, Successors successors) {
        String[] ids = new String[nodes.length];
        byte[] traits = new byte[nodes.length];
        for (int task = 0; task < nodes.length; task++) {
            ids[task] = nodes[task].view().id();
            traits[task] = traits(nodes[task]);
        }
        return new TaskColumns(ids, traits, bodies, successors);
    }

    private static byte traits(TaskNode node) {
        int traits = node.mapping() == null ? 0 : MAPPED;
        traits |= node.timeout() == null ? 0 : LIMITED;
        traits |= node.inputs().length == 0 ? 0 : READS;
        return (byte) traits;
    }

    TaskColumns withBodies(TaskBody[] others) {
        return new TaskColumns(ids, traits, others, successors);
    }

    /** All ids; not to be changed. */
    String[] ids() {
        return ids;
    }

    String id(int task) {
        return ids[task];
    }

    TaskBody body(int task) {
        return bodies[task];
    }

    Successors successors() {
        return successors;
    }

    boolean isMapped(int task) {
        return (traits[task] & MAPPED) != 0;
    }

    /** Whether its attempts have a timeout. */
    boolean isLimited(int task) {
        return (traits[task] & LIMITED) != 0;
    }

    /** Whether it has inputs. */
    boolean reads(int task) {
        return (traits[task] & READS) != 0;
    }
}
