package etl.engines;

import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;

/** The text form of an argument that an engine hands over as a text, a number, a truth, a list or an object. */
final class ArgumentText extends StdDeserializer<String> {
    ArgumentText() {
        super(String.class);
    }

    @Override
    public String deserialize(JsonParser parser, DeserializationContext context) {
        return parser.currentToken().isStructStart() ? parser.readValueAsTree().toString() : parser.getString();
    }
}
