package etl.core;

import java.util.Set;

/** The outputs of a branch for which a task starts. */
record DeclaredChoice(TaskRef<?> branch, Set<?> values) {}
