package etl.core;

/** What a pipeline's builder collects in the order of its declaration. */
sealed interface Declared permits TaskDeclaration, Inclusion {}
