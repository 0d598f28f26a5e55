package etl.jdbc;

import java.math.BigDecimal;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ser.jdk.NumberSerializer;

/**
 * Writes decimals without an exponent, as jsonb gives them back, so that they have the same hash before they are stored and
 * after. What is not storable keeps it: written out, 1E+1000000000 would fill the memory before anybody could refuse it.
 */
final class PlainDecimals extends NumberSerializer {
    PlainDecimals() {
        super(BigDecimal.class);
    }

    @Override
    public void serialize(Number number, JsonGenerator generator, SerializationContext context) {
        BigDecimal decimal = (BigDecimal) number;
        if (StorableNumber.is(decimal)) {
            generator.writeNumber(decimal.toPlainString());
        } else {
            generator.writeNumber(decimal);
        }
    }
}
