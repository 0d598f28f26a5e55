package etl.core;

/** An enum as users write them: with a body per constant, a text of its own, and a name that Turkish lower-cases. */
enum Colour {
    INDIGO {
        @Override
        public String toString() {
            return "deep blue";
        }
    },
    RED
}
